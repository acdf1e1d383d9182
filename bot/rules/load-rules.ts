import { RULE_KINDS, type RuleKind } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { readStores } from './holds-for.ts'
import { ruleOf } from './registry.ts'
import type { HoldsNow, Rule } from './rule.ts'

/** A rule with the numbers that hold now, and where they do. */
export interface RuleInForce extends HoldsNow {
  rule: Rule
  version: number
}

/** The kinds of some rules with what holds of them, for ScanWindow.inForce. */
export function kindsOf(rules: readonly RuleInForce[]): ReadonlyMap<RuleKind, HoldsNow> {
  return new Map(rules.map(({ rule, params, stores }) => [rule.kind, { params, stores }]))
}

/**
 * The rules that make tasks now: the highest version of each kind in table Rule over the defaults of its
 * file (version 1); a disabled one, or one that starts off, makes nothing and is left out.
 */
export async function loadRules(
  db: Db,
  kinds: readonly RuleKind[] = RULE_KINDS,
): Promise<RuleInForce[]> {
  const rows = await db.$queryRaw<
    { kind: string; version: number; enabled: boolean; params: object; stores: unknown }[]
  >(
    Prisma.sql`select distinct on (kind) kind, version, enabled, params, stores from rule order by kind, version desc`,
  )
  return kinds.flatMap((kind) => {
    const rule = ruleOf(kind)
    const row = rows.find((candidate) => candidate.kind === kind)
    if (!row) {
      return rule.startsOff ? [] : [{ rule, version: 1, params: rule.defaults, stores: null }]
    }
    if (!row.enabled) return []
    const params = { ...rule.defaults, ...row.params }
    return [{ rule, version: row.version, params, stores: readStores(kind, row.stores) }]
  })
}
