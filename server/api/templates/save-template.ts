import { randomBytes } from 'node:crypto'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { NeedsHeadquarters, TemplateChanged, TooManyTemplates } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { NewTemplate, TemplateChange } from './schema.ts'
import {
  checkSituation,
  lintIn,
  mayChange,
  templateOf,
  visibleTemplate,
  type Template,
} from './template.ts'

/** of a situation and a store, beside the default */
const MOST_TEMPLATES = 20

type Tx = Prisma.TransactionClient
type Written = Pick<Template, 'name' | 'enabled' | 'variants'>

/**
 * Adds a template: of the chain by headquarters, of a store by its managers. Where it is on, the others of the same
 * situation and store that were added go off: one of them holds at a time.
 *
 * @returns its id
 * @throws BAD_INPUT naming the place, NEEDS_HEADQUARTERS, TOO_MANY_TEMPLATES
 */
export async function addTemplate(
  deps: AppDeps,
  user: SignedIn,
  { kind, situation, storeNo: given, ...written }: NewTemplate,
  lang: Lang,
): Promise<string> {
  checkSituation(kind, situation)
  const storeNo = user.role === 'hq' ? (given ?? null) : user.storeNo
  if (!mayChange(user, { storeNo })) throw new NeedsHeadquarters()
  if (user.role !== 'hq' && given !== undefined && given !== storeNo) {
    throw badField(
      'storeNo',
      '只能写自己门店的话术，留空就好。 Leave it out: it is your own store.',
    )
  }
  return await deps.db.prisma.$transaction(async (tx) => {
    await lock(tx)
    if (storeNo !== null && (await tx.store.count({ where: { storeNo } })) === 0) {
      throw badField('storeNo', `没有门店 ${storeNo}，请重新选择。 There is no such store.`)
    }
    const there = await tx.wordsTemplate.findMany({ where: { kind, situation, storeNo } })
    if (there.map(templateOf).filter(({ isDefault }) => !isDefault).length >= MOST_TEMPLATES) {
      throw new TooManyTemplates(String(MOST_TEMPLATES))
    }
    const template: Template = {
      id: randomBytes(6).toString('hex'),
      kind,
      situation,
      storeNo,
      isDefault: false,
      version: 0,
      ...checked({ kind, situation }, written, lang),
    }
    await keep(tx, deps, user, template, null)
    return template.id
  })
}

/**
 * Saves a template as its next version, with who did it; nothing is written where nothing changes. Guides see it at once.
 *
 * @throws TEMPLATE_NOT_FOUND, NEEDS_HEADQUARTERS
 * @throws TEMPLATE_CHANGED when another version was saved since the one that was edited
 * @throws BAD_INPUT naming the place that can't be used
 */
export async function saveTemplate(
  deps: AppDeps,
  user: SignedIn,
  id: string,
  { version, ...written }: TemplateChange,
  lang: Lang,
): Promise<void> {
  await deps.db.prisma.$transaction(async (tx) => {
    await lock(tx)
    const current = await visibleTemplate(tx, user, id, lang)
    if (!mayChange(user, current)) throw new NeedsHeadquarters()
    if (version !== current.version) throw new TemplateChanged()
    if (current.isDefault && !written.enabled) {
      throw badField(
        'enabled',
        '默认话术不能停用：另加一段并启用，就会用那一段。 The default stays on: add others and switch them on.',
      )
    }
    const next = { ...current, ...checked(current, written, lang) }
    if (contentOf(next) === contentOf(current)) return
    await keep(tx, deps, user, next, current)
  })
}

/** Two who save at once do it one after the other. */
async function lock(tx: Tx): Promise<void> {
  await tx.$executeRaw(
    Prisma.sql`select pg_advisory_xact_lock(hashtextextended('words_template', 0))`,
  )
}

function checked(
  { kind, situation }: Pick<Template, 'kind' | 'situation'>,
  { name, enabled, variants }: Written,
  lang: Lang,
): Written {
  if (name.trim() === '') throw badField('name', '请起个名字。 Give it a name.')
  const wrong = lintIn(kind, situation, variants, lang).find(({ severity }) => severity === 'error')
  if (wrong) throw badField(wrong.field ?? 'variants', wrong.message)
  const tidy = variants.map(({ code, text, weight }) => ({ code, text: text.trim(), weight }))
  return { name: name.trim(), enabled, variants: tidy }
}

function contentOf({ name, enabled, variants }: Written): string {
  return JSON.stringify([
    name,
    enabled,
    variants.map(({ code, text, weight }) => [code, text, weight]),
  ])
}

async function keep(
  tx: Tx,
  deps: AppDeps,
  user: SignedIn,
  template: Template,
  before: Template | null,
): Promise<void> {
  const at = deps.clock.now()
  const { id: code, kind, situation, storeNo, name, enabled } = template
  const version = template.version + 1
  // JSON as it came in
  const variants = template.variants as unknown as Prisma.InputJsonArray
  const written = { name, enabled, version, variants }
  await tx.wordsTemplate.upsert({
    where: { code },
    create: { code, kind, situation, storeNo, ...written },
    update: written,
  })
  await tx.wordsTemplateVersion.create({
    data: { code, ...written, createdBy: user.userid, createdAt: at },
  })
  await tx.auditLog.create({
    data: {
      at,
      actor: user.userid,
      action: 'words.save',
      subject: code,
      detail: {
        before: before && {
          name: before.name,
          enabled: before.enabled,
          variants: before.variants as unknown as Prisma.InputJsonArray,
        },
        after: { name, enabled, variants },
      },
    },
  })
  if (enabled && !template.isDefault) await restOthers(tx, user, template, at)
}

/** Of what was added for a situation and a store one is on at a time: the others go off, as versions of their own. */
async function restOthers(
  tx: Tx,
  user: SignedIn,
  { id, kind, situation, storeNo }: Template,
  at: Date,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    with off as (
      update words_template set enabled = false, version = version + 1
      where kind = ${kind} and situation = ${situation} and store_no is not distinct from ${storeNo} and enabled
        and code not in (${id}, kind || '.' || situation)
      returning code, version, name, variants
    )
    insert into words_template_version (code, version, name, enabled, variants, created_by, created_at)
    select code, version, name, false, variants, ${user.userid}, ${at} from off`)
}
