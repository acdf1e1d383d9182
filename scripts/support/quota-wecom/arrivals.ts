/** How many calls a sliding window holds. */
export interface Allowance {
  calls: number
  windowMs: number
}

/** What WeCom publishes, written down once more: the assistant's own list may be wrong (wecom-protocol 2.3). */
export const INTERFACE_ALLOWANCES: readonly Allowance[] = [
  { calls: 10_000, windowMs: 60_000 },
  { calls: 150_000, windowMs: 3_600_000 },
]
export const MEMBER_ALLOWANCES: readonly Allowance[] = [
  { calls: 30, windowMs: 60_000 },
  { calls: 1_000, windowMs: 3_600_000 },
]

/** When calls arrived, by what they are counted under. Times are milliseconds and never go back. */
export interface Arrivals {
  add: (key: string, at: number) => void
  /** the first of the windows that one more arrival at `at` would overfill */
  full: (key: string, at: number, allowances: readonly Allowance[]) => Allowance | undefined
  clear: () => void
}

export function createArrivals(): Arrivals {
  const times = new Map<string, number[]>()
  return {
    add(key, at) {
      const list = times.get(key)
      if (list) list.push(at)
      else times.set(key, [at])
    },
    full(key, at, allowances) {
      const list = times.get(key) ?? []
      return allowances.find(({ calls, windowMs }) => {
        const first = list[list.length - calls]
        return first !== undefined && at - first < windowMs
      })
    },
    clear: () => times.clear(),
  }
}

/**
 * Arrivals that stand in a window with too many others: each one that came less than `windowMs` after the one
 * `calls` places before it. Exact, for any window that slides.
 *
 * @param times milliseconds, in any order
 */
export function overLimit(times: readonly number[], { calls, windowMs }: Allowance): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted.filter((at, place) => {
    const first = sorted[place - calls]
    return first !== undefined && at - first < windowMs
  }).length
}

/**
 * How much of the quota one key's arrivals used while there was always more to send: the time each had to keep from
 * the one before it that is as many places away as the narrowest window holds, by the time it kept. 1 is all of it.
 *
 * @param times milliseconds, oldest first
 * @param allowances narrowest first
 */
export function shareUsed(times: readonly number[], allowances: readonly Allowance[]): number {
  const burst = allowances[0]?.calls ?? 0
  let least = 0
  let took = 0
  for (const [place, at] of times.entries()) {
    const before = times[place - burst]
    if (before === undefined) continue
    const earliest = allowances.map(({ calls, windowMs }) => {
      const first = times[place - calls]
      return first === undefined ? before : first + windowMs
    })
    least += Math.max(...earliest) - before
    took += at - before
  }
  return least / took
}

/** Times of the messages to each member, in the order of the calls. */
export function timesByMember(
  calls: readonly { at: number; touser: string | undefined }[],
): number[][] {
  const byMember = new Map<string, number[]>()
  for (const { at, touser = '' } of calls) {
    const times = byMember.get(touser) ?? []
    times.push(at)
    byMember.set(touser, times)
  }
  return [...byMember.values()]
}
