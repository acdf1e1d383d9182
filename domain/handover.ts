/** How a guide's customers find their takers: `to` one colleague; the others choose within the giver's store. */
export const HANDOVER_STRATEGIES = ['to', 'even', 'store_manager', 'latest_order'] as const
export type HandoverStrategy = (typeof HANDOVER_STRATEGIES)[number]

/**
 * Where one customer of a handover is: waits to be asked for, is being asked for, was asked for (WeCom completes it
 * after 24 hours unless the customer refuses), or how it ended. `limit`: the taker has as many customers as WeCom allows.
 */
export const HANDOVER_STATES = [
  'waiting',
  'asking',
  'asked',
  'done',
  'refused',
  'limit',
  'impossible',
] as const
export type HandoverState = (typeof HANDOVER_STATES)[number]

/** Why a customer can't be handed over. */
export const HANDOVER_WHYS = [
  'in_transfer',
  'twice',
  'no_taker',
  'not_contact',
  'taker_not_ready',
  'no_member',
  'not_resigned',
  'wecom',
] as const
export type HandoverWhy = (typeof HANDOVER_WHYS)[number]

/** WeCom hands a customer over at most twice in 90 days (wecom-protocol 3.9). */
export const HANDOVER_LIMIT = { times: 2, days: 90 } as const

/** Assignee line of a task that was handed over: domain-rules 9 chooses 1–5, an assignment 6; it is none of them. */
export const HANDED_OVER = 7

/** hours after which WeCom completes what nobody refused (wecom-protocol 3.9) */
export const HANDOVER_HOURS = 24

/** Customers that get a page for their taker: the best tenth by 365-day spend, and no more than anybody reads. */
export const IMPORTANT = { share: 0.1, most: 20 } as const

const DAY_MS = 86_400_000

/**
 * When a customer may be handed over again; null: now.
 *
 * @param asked when WeCom was asked for this customer before, in any order
 */
export function nextHandover(asked: readonly Date[], now: Date): Date | null {
  const windowMs = HANDOVER_LIMIT.days * DAY_MS
  const recent = asked.map((at) => at.getTime()).filter((at) => at > now.getTime() - windowMs)
  if (recent.length < HANDOVER_LIMIT.times) return null
  const counts = recent.toSorted((a, b) => b - a)[HANDOVER_LIMIT.times - 1] ?? 0
  return new Date(counts + windowMs)
}

/**
 * Which taker the nth customer (from 0, the most valuable first) is dealt to: there and back again, so that numbers
 * differ by one at most and nobody always chooses first.
 * @example [0, 1, 2, 3, 4, 5].map((nth) => dealTo(nth, 3)) // [0, 1, 2, 2, 1, 0]
 */
export function dealTo(nth: number, takers: number): number {
  const place = nth % takers
  return Math.floor(nth / takers) % 2 === 0 ? place : takers - 1 - place
}

/** What one of WeCom's codes for one customer means (wecom-protocol 2.2 and 3.9). */
export type Asked =
  | { state: 'asked' | 'limit' }
  | { state: 'impossible'; why: HandoverWhy }
  /** nothing was done: ask again */
  | { state: 'waiting' }

const BUSY = [-1, 6000, 45009, 45033]
const WHY: ReadonlyMap<number, HandoverWhy> = new Map<number, HandoverWhy>([
  [40096, 'not_contact'],
  [40131, 'not_contact'],
  [84061, 'not_contact'],
  [84084, 'not_contact'],
  [610004, 'not_contact'],
  [40100, 'in_transfer'],
  [40129, 'in_transfer'],
  [40128, 'twice'],
  [40097, 'not_resigned'],
  [40098, 'taker_not_ready'],
  [40143, 'taker_not_ready'],
  [84074, 'taker_not_ready'],
  [84083, 'taker_not_ready'],
  [40003, 'no_member'],
  [46004, 'no_member'],
  [60111, 'no_member'],
  [40130, 'no_taker'],
])

/**
 * What WeCom's code for a customer makes of them.
 *
 * @param mayBeAsked an earlier call's answer was lost: "being handed over" is then our own doing, and no failure
 */
export function readCode(errcode: number, mayBeAsked: boolean): Asked {
  if (errcode === 0) return { state: 'asked' }
  if (errcode === 40099) return { state: 'limit' }
  if (BUSY.includes(errcode)) return { state: 'waiting' }
  const why = whyOf(errcode)
  if (why === 'in_transfer' && mayBeAsked) return { state: 'asked' }
  return { state: 'impossible', why }
}

/** Why a code that is about the two members makes it impossible; `wecom` where it says no more. */
export function whyOf(errcode: number): HandoverWhy {
  return WHY.get(errcode) ?? 'wecom'
}

/** Whether a code refuses a whole call because of its two members, and not because of the set-up. */
export function isAboutMembers(errcode: number): boolean {
  return errcode === 40099 || WHY.has(errcode)
}
