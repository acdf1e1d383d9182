import { daysBetween, type BusinessDay } from './business-day.ts'
import type { Lang } from './words.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * A day as people say it.
 * @example dayText('2026-11-24', 'zh-CN') // '11 月 24 日'
 * @example dayText('2026-11-24', 'en') // '24 Nov'
 */
export function dayText(day: BusinessDay, lang: Lang): string {
  const month = Number(day.slice(5, 7))
  const date = Number(day.slice(8))
  return lang === 'en' ? `${date} ${MONTHS[month - 1] ?? ''}` : `${month} 月 ${date} 日`
}

/**
 * A day with how far it is; without `today`, or in the past, the day alone.
 * @example whenText('2026-11-24', 'zh-CN', '2026-11-22') // '后天 11 月 24 日'
 * @example whenText('2026-11-24', 'en', '2026-11-22') // 'in 2 days (24 Nov)'
 */
export function whenText(day: BusinessDay, lang: Lang, today?: BusinessDay): string {
  const text = dayText(day, lang)
  const ahead = today === undefined ? -1 : daysBetween(today, day)
  if (ahead < 0) return lang === 'en' ? `on ${text}` : text
  if (lang === 'en') return `${['today', 'tomorrow'][ahead] ?? `in ${ahead} days`} (${text})`
  return `${['今天', '明天', '后天'][ahead] ?? `${ahead} 天后`} ${text}`
}
