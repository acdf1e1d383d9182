import type { Stage } from '../../../words.ts'
import type { Filter } from './customers-api.ts'

/** The conditions that have a place of their own above the list; '' asks nothing. */
export interface QuickFilter {
  store: string
  tier: string
  stage: Stage | ''
  last: 'month' | 'quarter' | 'year' | 'older' | 'never' | ''
}

export const NO_QUICK_FILTER: QuickFilter = { store: '', tier: '', stage: '', last: '' }

/** days since the last purchase */
const LAST = {
  month: { lastPurchase: { max: 30 } },
  quarter: { lastPurchase: { min: 31, max: 90 } },
  year: { lastPurchase: { min: 91, max: 365 } },
  older: { lastPurchase: { min: 366 } },
  never: { neverBought: true },
} satisfies Record<Exclude<QuickFilter['last'], ''>, Filter>

/** The same in the filter language; undefined where nothing is asked. */
export function filterOf({ store, tier, stage, last }: QuickFilter): Filter | undefined {
  const parts: Filter[] = [
    ...(store ? [{ store: [store] }] : []),
    ...(tier ? [{ tier: [tier] }] : []),
    ...(stage ? [{ stage: [stage] }] : []),
    ...(last ? [LAST[last]] : []),
  ]
  return parts.length > 1 ? { and: parts } : parts[0]
}
