/** Counts what happened under a key within the last while, by whatever clock its callers hold. */
export interface SlidingWindows {
  /** how many entries of `key` lie in (now - windowMs, now] */
  count: (key: string, now: number, windowMs: number) => number
  add: (key: string, now: number) => void
  clear: () => void
}

const KEEP_MS = 3_600_000
const KEEP_ENTRIES = 200_000

export function createSlidingWindows(): SlidingWindows {
  const entries = new Map<string, number[]>()
  return {
    count: (key, now, windowMs) => {
      const times = entries.get(key)
      if (!times) return 0
      // newest last; what lies in the future was before the clock went back
      let seen = 0
      for (let at = times.length - 1; at >= 0; at -= 1) {
        const time = times[at] ?? 0
        if (time <= now - windowMs) break
        if (time <= now) seen += 1
      }
      return seen
    },
    add: (key, now) => {
      const times = entries.get(key) ?? []
      times.push(now)
      if (times.length > KEEP_ENTRIES || (times[0] ?? now) < now - 2 * KEEP_MS) {
        entries.set(
          key,
          times.filter((time) => time > now - KEEP_MS && time <= now),
        )
        return
      }
      entries.set(key, times)
    },
    clear: () => entries.clear(),
  }
}
