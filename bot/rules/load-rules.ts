import { RULE_KINDS, type RuleKind } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { ruleOf } from './registry.ts'
import type { Rule } from './rule.ts'

/** A rule with the numbers that hold now. */
export interface RuleInForce {
  rule: Rule
  version: number
  params: object
}

/** The kinds of some rules with their numbers, for ScanWindow.inForce. */
export function kindsOf(rules: readonly RuleInForce[]): ReadonlyMap<RuleKind, object> {
  return new Map(rules.map(({ rule, params }) => [rule.kind, params]))
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
    { kind: string; version: number; enabled: boolean; params: object }[]
  >(
    Prisma.sql`select distinct on (kind) kind, version, enabled, params from rule order by kind, version desc`,
  )
  return kinds.flatMap((kind) => {
    const rule = ruleOf(kind)
    const row = rows.find((candidate) => candidate.kind === kind)
    if (!row) return rule.startsOff ? [] : [{ rule, version: 1, params: rule.defaults }]
    return row.enabled
      ? [{ rule, version: row.version, params: { ...rule.defaults, ...row.params } }]
      : []
  })
}
