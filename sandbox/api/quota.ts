import { ApiError } from './api-error.ts'

const LIMITS = [
  { name: 'minute', ms: 60_000, most: 10_000 },
  { name: 'hour', ms: 3_600_000, most: 150_000 },
] as const

/** has limits of its own, by member (messages.ts) */
const APART = 'message/send'

/** Each API 10 000 calls a minute and 150 000 an hour; then 45009 for as long (wecom-protocol 2.3). */
export function createQuota(): { take: (path: string, now: number) => void; clear: () => void } {
  const used = new Map<string, { from: number; count: number }>()

  function takeOf(path: string, now: number, { name, ms, most }: (typeof LIMITS)[number]): void {
    const key = `${name} ${path}`
    const entry = used.get(key)
    if (!entry || now >= entry.from + ms || now < entry.from) {
      used.set(key, { from: now, count: 1 })
      return
    }
    entry.count += 1
    if (entry.count <= most) return
    // blocked for as long as the window from the moment of the first excess
    if (entry.count === most + 1) entry.from = now
    throw new ApiError(45009, `reach max api ${name} quota limit`)
  }

  return {
    take: (path, now) => {
      if (path !== APART) for (const limit of LIMITS) takeOf(path, now, limit)
    },
    clear: () => used.clear(),
  }
}
