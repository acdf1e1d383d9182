/** Words of the Chinese calendar; apart from the calendar itself, which is heavy, since pages show them too. */

const MONTHS = ['正', '二', '三', '四', '五', '六', '七', '八', '九', '十', '冬', '腊']
const DIGITS = ['十', '一', '二', '三', '四', '五', '六', '七', '八', '九']

/**
 * A month and day of the Chinese calendar as people write it.
 *
 * @param md month × 100 + day
 * @example lunarText(1015) // '十月十五'
 */
export function lunarText(md: number): string {
  return `${lunarMonth(Math.floor(md / 100))}${lunarDay(md % 100)}`
}

/** @example lunarMonth(12) // '腊月' */
export function lunarMonth(month: number): string {
  return `${MONTHS[month - 1] ?? ''}月`
}

/** @example lunarDay(21) // '廿一' */
export function lunarDay(day: number): string {
  if (day === 20) return '二十'
  if (day === 30) return '三十'
  const ten = ['初', '十', '廿'][Math.floor((day - 1) / 10)] ?? ''
  return day === 10 ? '初十' : `${ten}${DIGITS[day % 10] ?? ''}`
}
