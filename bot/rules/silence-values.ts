import { daysBetween, type BusinessDay } from '../../domain/business-day.ts'
import { dayText } from '../../domain/day-words.ts'
import type { WordsValues } from '../../domain/words-variables.ts'
import type { Lang } from '../../domain/words.ts'

/** Variables about somebody who has not come for a while; days as of today, where it is given. */
export function silenceValues(
  { lastPurchase, daysSince }: { lastPurchase: BusinessDay; daysSince: number },
  lang: Lang,
  today?: BusinessDay,
): WordsValues {
  return {
    上次到店: dayText(lastPurchase, lang),
    天数: String(today === undefined ? daysSince : daysBetween(lastPurchase, today)),
  }
}
