/** Business time for the eye: the sandbox keeps UTC, the shops live in one time zone. */

export const DEFAULT_ZONE = 'Asia/Shanghai'
const DAY_MS = 86_400_000

const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const formatters = new Map()

function formatterOf(zone) {
  if (!formatters.has(zone)) {
    formatters.set(
      zone,
      new Intl.DateTimeFormat('en-CA', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
      }),
    )
  }
  return formatters.get(zone)
}

/** A moment as the sandbox gives it (ISO 8601) in milliseconds. */
export function toMs(moment) {
  return Date.parse(moment)
}

/** The wall clock of a moment: `{ year, month, day, hour, minute, second, weekday }`. */
export function wallClock(ms, zone = DEFAULT_ZONE) {
  const parts = {}
  for (const { type, value } of formatterOf(zone).formatToParts(ms)) parts[type] = Number(value)
  const { year, month, day, hour, minute, second } = parts
  const weekday = WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]
  return { year, month, day, hour, minute, second, weekday }
}

/** The moment (ms) at which the wall clock of `zone` shows this. */
export function momentOf({ year, month, day, hour, minute }, zone = DEFAULT_ZONE) {
  const wanted = Date.UTC(year, month - 1, day, hour, minute)
  let guess = wanted
  for (let step = 0; step < 2; step += 1) {
    const shown = wallClock(guess, zone)
    guess += wanted - Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute)
  }
  return guess - (guess % 60_000)
}

const two = (n) => String(n).padStart(2, '0')

/** `2026-11-23 周一 09:00` */
export function fullTime(ms, zone = DEFAULT_ZONE) {
  const t = wallClock(ms, zone)
  return `${t.year}-${two(t.month)}-${two(t.day)} ${t.weekday} ${two(t.hour)}:${two(t.minute)}`
}

/** The value of a datetime-local field: `2026-11-23T09:00`. */
export function fieldTime(ms, zone = DEFAULT_ZONE) {
  const t = wallClock(ms, zone)
  return `${t.year}-${two(t.month)}-${two(t.day)}T${two(t.hour)}:${two(t.minute)}`
}

/** Back from a datetime-local field; NaN when it is not one. */
export function fromFieldTime(text, zone = DEFAULT_ZONE) {
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text)
  if (found === null) return Number.NaN
  const [year, month, day, hour, minute] = found.slice(1).map(Number)
  return momentOf({ year, month, day, hour, minute }, zone)
}

/** As WeCom's list shows it: `09:00`, `昨天`, `周三`, `11/3`, `2025/11/3`. */
export function listTime(ms, now, zone = DEFAULT_ZONE) {
  const t = wallClock(ms, zone)
  const days = dayNumber(now, zone) - dayNumber(ms, zone)
  if (days <= 0) return `${two(t.hour)}:${two(t.minute)}`
  if (days === 1) return '昨天'
  if (days < 7) return t.weekday
  if (t.year === wallClock(now, zone).year) return `${t.month}/${t.day}`
  return `${t.year}/${t.month}/${t.day}`
}

/** As it stands between messages: `09:00`, `昨天 21:30`, `11月3日 10:00`. */
export function chatTime(ms, now, zone = DEFAULT_ZONE) {
  const t = wallClock(ms, zone)
  const clock = `${two(t.hour)}:${two(t.minute)}`
  const days = dayNumber(now, zone) - dayNumber(ms, zone)
  if (days <= 0) return clock
  if (days === 1) return `昨天 ${clock}`
  const day = `${t.month}月${t.day}日 ${clock}`
  return t.year === wallClock(now, zone).year ? day : `${t.year}年${day}`
}

function dayNumber(ms, zone) {
  const t = wallClock(ms, zone)
  return Date.UTC(t.year, t.month - 1, t.day) / DAY_MS
}
