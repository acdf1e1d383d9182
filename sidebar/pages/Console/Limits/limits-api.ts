import type {
  LimitsChange,
  LimitsQuestion,
  LimitsTried,
  LimitsView,
} from '../../../../server/api/contact-limits/schema.ts'
import type { Api } from '../../../api.ts'

/** it makes two mornings of everybody; the server gives up after as long */
const DRY_RUN_MS = 130_000

/** The calls about how often customers are reached. */
export function createLimitsApi({ call }: Api) {
  const path = '/api/contact-limits'
  return {
    read: () => call<LimitsView>('GET', path),
    save: (change: LimitsChange) => call<LimitsView>('PUT', path, change),
    dryRun: (question: LimitsQuestion) =>
      call<LimitsTried>('POST', `${path}/dry-run`, question, DRY_RUN_MS),
  }
}

export const LIMITS_KEY = ['contact-limits'] as const
