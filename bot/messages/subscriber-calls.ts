import type { BotDeps } from '../deps.ts'
import { subscriberFlag } from './outbox.ts'

/** How the chain's systems answered this process lately, and who is better left alone for a while. */
export interface SubscriberCalls {
  /**
   * A call is about to begin.
   *
   * @returns what to tell when it has ended; null where it must not begin now
   */
  begin: (webhookId: string) => ((end: { answered: boolean }) => void) | null
  /** flags of jobs that are left waiting: no call to their subscribers may begin now */
  resting: () => string[]
}

interface Subscriber {
  /** calls under way */
  open: number
  /** calls in a row without an answer; any status is an answer */
  silent: number
  restsUntil: number
}

const MOST_OPEN = 2
/** calls in a row without an answer, from which on a subscriber rests */
const SILENT = 2
const FIRST_REST_MS = 30_000
const LONGEST_REST_MS = 10 * 60_000

/**
 * Keeps one subscriber from taking all workers from the others. Each gets two calls at a time; one who twice in a row
 * does not answer is left alone for half a minute, then asked with one call: still silent, twice as long, up to ten
 * minutes. What waits for them meanwhile costs nothing, and loses no try.
 *
 * @param elapsed milliseconds since some moment, of a clock that nobody sets
 */
export function createSubscriberCalls(elapsed: () => number): SubscriberCalls {
  const known = new Map<string, Subscriber>()

  const isResting = ({ open, silent, restsUntil }: Subscriber): boolean =>
    silent >= SILENT ? open > 0 || elapsed() < restsUntil : open >= MOST_OPEN

  return {
    begin: (webhookId) => {
      const one = known.get(webhookId) ?? { open: 0, silent: 0, restsUntil: 0 }
      if (isResting(one)) return null
      known.set(webhookId, one)
      one.open++
      return ({ answered }) => {
        one.open--
        one.silent = answered ? 0 : one.silent + 1
        const rest = Math.min(FIRST_REST_MS * 2 ** (one.silent - SILENT), LONGEST_REST_MS)
        one.restsUntil = elapsed() + rest
      }
    },
    resting: () => [...known].flatMap(([id, one]) => (isResting(one) ? [subscriberFlag(id)] : [])),
  }
}

const ofProcess = new WeakMap<BotDeps, SubscriberCalls>()

/** The one of a process. */
export function subscriberCalls(deps: BotDeps): SubscriberCalls {
  const found = ofProcess.get(deps) ?? createSubscriberCalls(() => performance.now())
  ofProcess.set(deps, found)
  return found
}
