import { ruleOf } from '../../../bot/rules/registry.ts'
import type { Lang, RuleKind } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { RuleChanged } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { currentRule } from './find-rule.ts'
import type { RuleChange } from './schema.ts'

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
 * Saves a rule as its next version, with who did it; nothing is written where nothing changes. The next scan goes by it.
 *
 * @throws RULE_CHANGED when another version was saved since the one that was edited
 * @throws BAD_INPUT naming the number that can't be used
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
    const isSame =
      enabled === current.enabled && JSON.stringify(params) === JSON.stringify(current.params)
    if (isSame) return
    const at = deps.clock.now()
    const version = current.version + 1
    await tx.rule.create({
      data: {
        kind,
        version,
        enabled,
        params: params as Prisma.InputJsonObject,
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
          before: { enabled: current.enabled, params: current.params },
          after: { enabled, params },
        } as Prisma.InputJsonObject,
      },
    })
  })
}
