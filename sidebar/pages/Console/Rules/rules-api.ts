import type {
  DryRunAnswer,
  DryRunQuestion,
  LintAnswer,
  LintQuestion,
  RuleBrief,
  RuleChange,
  RuleView,
} from '../../../../server/api/rules/schema.ts'
import type { Api } from '../../../api.ts'
import type { RuleKind } from '../../../words.ts'

/** both look at all customers; the server gives up after as long */
const LINT_MS = 35_000
const DRY_RUN_MS = 130_000

/** The calls of the page of rules. */
export function createRulesApi({ call }: Api) {
  return {
    list: () => call<{ items: RuleBrief[] }>('GET', '/api/rules'),
    read: (kind: RuleKind) => call<RuleView>('GET', `/api/rules/${kind}`),
    save: (kind: RuleKind, change: RuleChange) =>
      call<RuleView>('PUT', `/api/rules/${kind}`, change),
    lint: (kind: RuleKind, question: LintQuestion) =>
      call<LintAnswer>('POST', `/api/rules/${kind}/lint`, question, LINT_MS),
    dryRun: (kind: RuleKind, question: DryRunQuestion) =>
      call<DryRunAnswer>('POST', `/api/rules/${kind}/dry-run`, question, DRY_RUN_MS),
  }
}

export const rulesKeys = {
  list: ['rules'] as const,
  one: (kind: RuleKind) => ['rule', kind] as const,
}
