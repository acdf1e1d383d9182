import { ruleOf } from '../../../bot/rules/registry.ts'
import { tidyStores } from '../../../domain/rule-stores.ts'
import type { Lang, RuleKind } from '../../../domain/words.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { RuleChanged } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { currentRule } from './find-rule.ts'
import { lintStores } from './lint-stores.ts'
import type { RuleChange, RuleStores } from './schema.ts'

/**
 * The numbers a rule would have: those given over those in force.
 *
 * @throws BAD_INPUT naming the number that is unknown or can't be used
 */
export function changedParams(
  kind: RuleKind,
  current: Record<string, unknown>,
  given: Record<string, unknown> | undefined,
  lang: Lang,
): Record<string, unknown> {
  const rule = ruleOf(kind)
  const known = Object.keys(rule.defaults)
  const stranger = Object.keys(given ?? {}).find((name) => !known.includes(name))
  if (stranger !== undefined) {
    throw badField(`params.${stranger}`, `is no number of this rule: it has ${known.join(', ')}.`)
  }
  const params = { ...current, ...given }
  const wrong = rule.lint(params, lang).find(({ severity }) => severity === 'error')
  if (wrong) throw badField(`params${wrong.field ? `.${wrong.field}` : ''}`, wrong.message)
  return params
}

/**
 * Where a rule would hold: what is given, else where it holds now. Names that are in force already may have gone since,
 * so that a rule can always be switched off or have its numbers changed.
 *
 * @throws BAD_INPUT where it would hold nowhere, or a region or store is given that there isn't
 */
export async function changedStores(
  db: Db,
  current: RuleStores | null,
  given: RuleStores | null | undefined,
  lang: Lang,
): Promise<RuleStores | null> {
  if (given === undefined) return current
  const stores = given && tidyStores(given)
  if (isSame(stores, current)) return current
  const [wrong] = (await lintStores(db, stores, lang)).filter(
    ({ severity }) => severity === 'error',
  )
  if (wrong) throw badField(wrong.field ?? 'stores', wrong.message)
  return stores && { regions: [...stores.regions], storeNos: [...stores.storeNos] }
}

/**
 * Saves a rule as its next version, with who did it; nothing is written where nothing changes. The next scan goes by it.
 *
 * @throws RULE_CHANGED when another version was saved since the one that was edited
 * @throws BAD_INPUT naming the number, or the stores, that can't be used
 */
export async function saveRule(
  deps: AppDeps,
  user: SignedIn,
  kind: RuleKind,
  change: RuleChange,
  lang: Lang,
): Promise<void> {
  await deps.db.prisma.$transaction(async (tx) => {
    await tx.$executeRaw(
      Prisma.sql`select pg_advisory_xact_lock(hashtextextended(${`rule:${kind}`}, 0))`,
    )
    const current = await currentRule(tx, kind)
    if (change.version !== undefined && change.version !== current.version) throw new RuleChanged()
    const params = changedParams(kind, current.params, change.params, lang)
    const enabled = change.enabled ?? current.enabled
    const stores = await changedStores(tx, current.stores, change.stores, lang)
    if (
      enabled === current.enabled &&
      isSame(params, current.params) &&
      isSame(stores, current.stores)
    )
      return
    const at = deps.clock.now()
    const version = current.version + 1
    await tx.rule.create({
      data: {
        kind,
        version,
        enabled,
        params: params as Prisma.InputJsonObject,
        stores: stores ?? Prisma.DbNull,
        createdBy: user.userid,
        createdAt: at,
      },
    })
    await tx.auditLog.create({
      data: {
        at,
        actor: user.userid,
        action: 'rule.save',
        subject: kind,
        detail: {
          version,
          before: { enabled: current.enabled, params: current.params, stores: current.stores },
          after: { enabled, params, stores },
        } as Prisma.InputJsonObject,
      },
    })
  })
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
