import { ApiError } from './api-error.ts'

const PER_MINUTE = 10_000
const MINUTE_MS = 60_000

/** Each API 10 000 calls a minute; then 45009 for a minute (wecom-protocol 2.3). */
export function createQuota(): { take: (path: string, now: number) => void; clear: () => void } {
  const used = new Map<string, { from: number; count: number }>()
  return {
    take: (path, now) => {
      const entry = used.get(path)
      if (!entry || now >= entry.from + MINUTE_MS || now < entry.from) {
        used.set(path, { from: now, count: 1 })
        return
      }
      entry.count += 1
      if (entry.count <= PER_MINUTE) return
      // blocked for as long as the window from the moment of the first excess
      if (entry.count === PER_MINUTE + 1) entry.from = now
      throw new ApiError(45009, 'reach max api minute quota limit')
    },
    clear: () => used.clear(),
  }
}
