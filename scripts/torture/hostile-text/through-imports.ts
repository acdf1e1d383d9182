import { importItems } from '../../../bot/members/import/import-items.ts'
import { IMPORT_KINDS, sliceOf, type ImportKind } from '../../../bot/members/import/kinds.ts'
import type { AppDeps } from '../../../server/deps.ts'
import type { Hostile } from './corpus.ts'

/** What a way in did with the texts. */
export interface Outcome {
  sent: number
  verbatim: number
  /** refused by a named rule */
  refused: number
  /** neither: what came back instead, or a field nobody looked at */
  wrong: string[]
}

export const nothing = (): Outcome => ({ sent: 0, verbatim: 0, refused: 0, wrong: [] })

const AT = '2026-01-02T03:04:05Z'

/** A row of each kind that is taken as it is. */
const GOOD: Record<ImportKind, Record<string, unknown>> = {
  stores: { name: '店' },
  employees: { name: '人', role: 'guide' },
  members: { joinedAt: AT },
  orders: { memberNo: 'T-none', paidAt: AT, amountFen: 1, status: 'paid' },
  coupons: { memberNo: 'T-none', name: '券', issuedAt: AT, expiresAt: AT, status: 'issued' },
  points: { memberNo: 'T-none', kind: 'earn', points: 1, occurredAt: AT },
}

/** Columns whose name is not the field's in snake case. */
const COLUMNS: Record<string, string> = { externalUserId: 'external_userid' }

/** Sends every text through every field of every kind that takes free text, and reads back what was kept. */
export async function throughImports(deps: AppDeps, texts: readonly Hostile[]): Promise<Outcome> {
  const outcome = nothing()
  for (const kind of IMPORT_KINDS) {
    const { keyField } = sliceOf(kind)
    for (const field of textFields(kind)) {
      const rows = texts.map(({ text }, n) => ({
        text,
        row: { ...GOOD[kind], [keyField]: `T-${kind}-${field}-${n}`, [field]: text },
      }))
      await send(deps, kind, field, rows, outcome)
    }
  }
  await throughNested(deps, texts, outcome)
  return outcome
}

/** Fields that take any text: strings without a pattern or a vocabulary. */
function textFields(kind: ImportKind): string[] {
  const { properties } = sliceOf(kind).schema as unknown as {
    properties: Record<
      string,
      { type?: string; pattern?: string; enum?: unknown; anyOf?: object[] }
    >
  }
  return Object.entries(properties)
    .filter(([, schema]) => {
      const inner = (schema.anyOf?.[0] ?? schema) as typeof schema
      return inner.type === 'string' && inner.pattern === undefined && inner.enum === undefined
    })
    .map(([field]) => field)
}

async function send(
  deps: AppDeps,
  kind: ImportKind,
  field: string,
  rows: readonly { text: string; row: Record<string, unknown> }[],
  outcome: Outcome,
): Promise<void> {
  const { keyField, table } = sliceOf(kind)
  const { rejected } = await importItems(
    deps,
    kind,
    rows.map(({ row }) => row),
  )
  const column = COLUMNS[field] ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  for (const [index, { text, row }] of rows.entries()) {
    outcome.sent += 1
    const no = rejected.find((one) => one.index === index)
    if (no) {
      if (/^[A-Z_]+$/.test(no.code) && no.code !== 'INTERNAL') outcome.refused += 1
      else outcome.wrong.push(`${kind}.${field}: ${no.code}`)
      continue
    }
    // one who was refused for the number's own rule (a mobile) never comes here
    const key = table.key === 'userid_key' ? String(row[keyField]).toLowerCase() : row[keyField]
    const { rows: found } = await deps.db.pool.query<{ kept: unknown }>(
      `select ${column} as kept from ${table.name} where ${table.key} = $1`,
      [key],
    )
    if (found[0]?.kept === text) outcome.verbatim += 1
    else
      outcome.wrong.push(
        `${kind}.${field}: ${JSON.stringify(text)} → ${JSON.stringify(found[0]?.kept)}`,
      )
  }
}

/** The lines of an order and a member's own fields. */
async function throughNested(
  deps: AppDeps,
  texts: readonly Hostile[],
  outcome: Outcome,
): Promise<void> {
  for (const [n, { text }] of texts.entries()) {
    const line = { sku: text, name: text, category: text, quantity: 1, amountFen: 1 }
    const order = { ...GOOD.orders, orderNo: `T-lines-${n}`, items: [line] }
    const member = { ...GOOD.members, memberNo: `T-own-${n}`, attributes: { [`a ${text}`]: text } }
    const taken = await Promise.all([
      importItems(deps, 'orders', [order]),
      importItems(deps, 'members', [member]),
    ])
    const lines = await deps.db.pool.query<object>(
      `select i.sku, i.name, i.category from order_item i join orders o on o.id = i.order_id
       where o.order_no = $1`,
      [order.orderNo],
    )
    const own = await deps.db.pool.query<{ attributes: object }>(
      'select attributes from customer where member_no = $1',
      [member.memberNo],
    )
    const kept = [
      same(lines.rows[0], { sku: text, name: text, category: text }),
      same(own.rows[0]?.attributes, member.attributes),
    ]
    for (const [at, { rejected }] of taken.entries()) {
      outcome.sent += 1
      if (rejected.length > 0) outcome.refused += 1
      else if (kept[at]) outcome.verbatim += 1
      else outcome.wrong.push(`${at === 0 ? 'order lines' : 'attributes'}: ${JSON.stringify(text)}`)
    }
  }
}

function same(found: unknown, sent: object): boolean {
  return JSON.stringify(found) === JSON.stringify(sent)
}
