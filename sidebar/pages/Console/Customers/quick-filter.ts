import { STAGES } from '../../../../domain/words.ts'
import type { Stage } from '../../../words.ts'
import type { Filter } from './customers-api.ts'

/** The conditions that have a place of their own above the list; '' asks nothing. */
export interface QuickFilter {
  store: string
  tier: string
  stage: Stage | ''
  last: 'month' | 'quarter' | 'year' | 'older' | 'never' | ''
}

/** days since the last purchase */
const LAST = {
  month: { lastPurchase: { max: 30 } },
  quarter: { lastPurchase: { min: 31, max: 90 } },
  year: { lastPurchase: { min: 91, max: 365 } },
  older: { lastPurchase: { min: 366 } },
  never: { neverBought: true },
} satisfies Record<Exclude<QuickFilter['last'], ''>, Filter>

/** The quick conditions that an address names, as far as there are such. */
export function readQuickFilter(text: (name: keyof QuickFilter) => string): QuickFilter {
  const last = text('last')
  return {
    store: text('store'),
    tier: text('tier'),
    stage: STAGES.find((stage) => stage === text('stage')) ?? '',
    last: isLast(last) ? last : '',
  }
}

function isLast(text: string): text is keyof typeof LAST {
  return Object.hasOwn(LAST, text)
}

/** The same in the filter language, together with more conditions; undefined where nothing is asked. */
export function filterOf(
  { store, tier, stage, last }: QuickFilter,
  where: Filter | null = null,
): Filter | undefined {
  const parts: Filter[] = [
    ...(store ? [{ store: [store] }] : []),
    ...(tier ? [{ tier: [tier] }] : []),
    ...(stage ? [{ stage: [stage] }] : []),
    ...(last ? [LAST[last]] : []),
    ...(where ? [where] : []),
  ]
  return parts.length > 1 ? { and: parts } : parts[0]
}
