import { stringify } from 'csv-stringify/sync'
import { businessDay } from '../../../domain/business-day.ts'
import type { CustomerFilter } from '../../../domain/customer-filter.ts'
import { STAGE_NAMES, type Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { ExportNotFound } from '../../errors.ts'
import { reportRows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import { lineStatement, lineView, type LineRow } from './line.ts'
import type { CustomerLine } from './schema.ts'
import { whom, type Whom } from './whom.ts'

/** customers read at a time */
const CHUNK = 2_000
const HOLDS_MS = 60 * 60_000
const ACTION = 'customers.exported'

const HEADS: Record<Lang, string[]> = {
  'zh-CN': [
    '客户',
    '会员号',
    '门店',
    '导购',
    '等级',
    '阶段',
    'RFM',
    '五类',
    '最近购买',
    '近一年单数',
    '近一年消费（元）',
    '积分',
    '入会',
  ],
  en: [
    'Customer',
    'Member number',
    'Store',
    'Guide',
    'Tier',
    'Stage',
    'RFM',
    'Class',
    'Last purchase',
    'Orders in 365 days',
    'Spend in 365 days (yuan)',
    'Points',
    'Joined',
  ],
}

/**
 * Writes down who exports whom, before anything leaves. What was searched for by text may be somebody's name or number:
 * it is kept unreadable.
 *
 * @throws BadFilter naming the place
 */
export async function beginExport(
  deps: AppDeps,
  user: SignedIn,
  { filter, text }: Whom,
): Promise<string> {
  await whom(deps, user, { filter, text })
  const hidden = text?.trim()
    ? Buffer.from(deps.cipher.encrypt(text.trim())).toString('base64')
    : null
  const { id } = await deps.db.prisma.auditLog.create({
    data: {
      at: deps.clock.now(),
      actor: user.userid,
      action: ACTION,
      subject: 'customers',
      detail: { filter: JSON.stringify(filter ?? null), textEnc: hidden },
    },
  })
  return String(id)
}

/**
 * What an export holds, as CSV text in pieces, by id: read a page at a time, however many there are. The last line says
 * how many came, so that one which was cut off is noticed.
 *
 * @throws EXPORT_NOT_FOUND for somebody else's, and an hour after it was asked for
 */
export async function exportLines(
  deps: AppDeps,
  user: SignedIn,
  exportId: string,
  lang: Lang,
): Promise<AsyncGenerator<string>> {
  const now = deps.clock.now()
  const begun = await deps.db.prisma.auditLog.findFirst({
    where: {
      id: BigInt(exportId),
      actor: user.userid,
      action: ACTION,
      at: { gt: new Date(now.getTime() - HOLDS_MS) },
    },
  })
  if (!begun) throw new ExportNotFound()
  // this module wrote it
  const { filter, textEnc } = begun.detail as { filter: string; textEnc: string | null }
  const asked = JSON.parse(filter) as CustomerFilter | null
  const where = await whom(deps, user, {
    filter: asked ?? undefined,
    text: textEnc === null ? undefined : deps.cipher.decrypt(Buffer.from(textEnc, 'base64')),
  })
  return pieces(deps, where, lang)
}

async function* pieces(deps: AppDeps, where: Prisma.Sql, lang: Lang): AsyncGenerator<string> {
  const moment = { day: businessDay(deps.clock.now(), deps.zone), zone: deps.zone }
  yield stringify([HEADS[lang]], { bom: true })
  let count = 0
  let after = '0'
  for (;;) {
    const rows = await reportRows<LineRow>(
      deps.db,
      lineStatement(moment, {
        where: Prisma.sql`${where} and c.id > ${after}::bigint`,
        order: Prisma.sql`c.id`,
        limit: CHUNK,
      }),
    )
    const last = rows.at(-1)
    if (!last) break
    // a name that starts like a formula must not run as one in a spreadsheet
    yield stringify(
      rows.map((row) => cells(lineView(row, lang), lang)),
      { escape_formulas: true },
    )
    count += rows.length
    after = last.id
  }
  yield stringify([[lang === 'en' ? `End: ${count} customers` : `完，共 ${count} 位客户`]])
}

function cells(line: CustomerLine, lang: Lang): (string | number)[] {
  return [
    line.name,
    line.memberNo ?? '',
    line.storeName ?? '',
    line.guideName ?? '',
    line.tier.name,
    line.stage === null ? '' : STAGE_NAMES[line.stage][lang],
    line.rfm?.eight ?? '',
    line.rfm?.five ?? '',
    line.lastPurchase ?? '',
    line.orders365,
    (line.spend365Fen / 100).toFixed(2),
    line.points,
    line.joinedOn ?? '',
  ]
}
