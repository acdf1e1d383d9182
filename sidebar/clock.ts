import { inject, onScopeDispose, shallowRef, type InjectionKey, type ShallowRef } from 'vue'

/** The business time zone until the server names another. */
const DEFAULT_ZONE = 'Asia/Shanghai'

/**
 * The server's time on this screen. Phones' clocks are wrong and the demo's clock moves, so each API answer may
 * carry `x-now` (ISO 8601) and `x-time-zone` (IANA); without them the device's clock is used.
 */
export interface BusinessClock {
  now: () => Date
  readonly zone: string
  learn: (headers: Headers) => void
}

export const clockKey: InjectionKey<BusinessClock> = Symbol('clock')

/** @param device milliseconds since 1970 as the device has them */
export function createBusinessClock(device: () => number): BusinessClock {
  let aheadMs = 0
  let zone = DEFAULT_ZONE
  return {
    now: () => new Date(device() + aheadMs),
    get zone() {
      return zone
    },
    learn(headers) {
      const at = Date.parse(headers.get('x-now') ?? '')
      if (!Number.isNaN(at)) aheadMs = at - device()
      const named = headers.get('x-time-zone')
      if (named && isZone(named)) zone = named
    },
  }
}

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

/** The page's clock; provided once in createPage. */
export function useClock(): BusinessClock {
  const clock = inject(clockKey)
  if (!clock) throw new Error('no clock provided')
  return clock
}

/** Now, moving on every half minute, for phrases such as "3 minutes ago". */
export function useNow(): ShallowRef<Date> {
  const clock = useClock()
  const now = shallowRef(clock.now())
  const timer = setInterval(() => (now.value = clock.now()), 30_000)
  onScopeDispose(() => clearInterval(timer))
  return now
}
