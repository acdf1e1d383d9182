import type { RuleStores, RuleView } from '../../../../server/api/rules/schema.ts'
import { isSame } from '../Editor/is-same.ts'

/** A rule as somebody is editing it, and the version that they began with. */
export interface RuleDraft {
  version: number
  enabled: boolean
  params: Record<string, unknown>
  stores: RuleStores | null
}

/**
 * The draft after an edit; null where it says what the rule says. One that was begun with another version stays, so that
 * nobody's save is taken back unseen.
 */
export function draftAfter(
  rule: RuleView,
  draft: RuleDraft | null,
  change: Partial<Omit<RuleDraft, 'version'>>,
): RuleDraft | null {
  const next = { ...(draft ?? draftOf(rule)), ...change }
  return isSame(next, draftOf(rule)) ? null : next
}

/** The rule in force as a draft without changes. */
export function draftOf({ version, enabled, params, stores }: RuleView): RuleDraft {
  return { version, enabled, params, stores }
}
