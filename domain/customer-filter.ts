import { celebrationsBetween, type Celebration } from './birthday.ts'
import { addDays, addMonths, daysBetween, type BusinessDay } from './business-day.ts'
import type { RfmEight, RfmFive } from './rfm.ts'
import { DEFAULT_TIER_TABLE, lowestTier } from './tier-table.ts'
import type { ConsentLevel, Stage, Tier } from './words.ts'

/** From, to, or both; both ends are in it. */
export interface Range {
  min?: number
  max?: number
}

/**
 * What one condition of a filter compares, by its name. Figures of orders are those of the 365-day window, net of
 * refunds (domain-rules 2); classes and tiers are as the last night kept them. What is not known of a customer (no
 * purchase, too few for a rhythm of their own, no birthday) fits no condition about it.
 */
export interface FilterLeaves {
  /** tag ids: at least one of `any`, each of `all`, none of `none` */
  tags: { any?: string[]; all?: string[]; none?: string[] }
  tier: Tier[]
  rfm: RfmEight[]
  five: RfmFive[]
  stage: Stage[]
  /** home store's number */
  store: string[]
  /** region of the home store */
  region: string[]
  /** where the chain says the customer came from, in its words */
  source: string[]
  /** userids: one of them has a live relation with the customer */
  guide: string[]
  /** days since the last purchase day */
  lastPurchase: Range
  neverBought: boolean
  /** fen */
  spend365: Range
  orders365: Range
  purchaseDays365: Range
  /** fen an order, within the window */
  averageOrder: Range
  /** days, of the customer's own rhythm (domain-rules 6) */
  cycleDays: Range
  /** days since the last purchase ÷ own rhythm */
  overdue: Range
  /** 0 to 1 */
  pAlive: Range
  /** purchase days to be expected within 90 days */
  expected90: Range
  /** days since joining */
  joined: Range
  /** by either calendar, as it is celebrated (domain-rules 8): from today to n days ahead, or in the next such month */
  birthday: { withinDays: number } | { month: number }
  gender: FilterGender[]
  consent: ConsentLevel[]
  /** has a coupon to use whose last day is from today to n days ahead */
  coupon: { expiresWithinDays: number }
  /** points that may be spent: neither pending nor ended */
  points: Range
  /** true: is in the chain's membership; false: known from WeCom only */
  member: boolean
  /** true: a guide who is still there has a live, confirmed relation with them */
  reachable: boolean
}
export type LeafName = keyof FilterLeaves

export const FILTER_GENDERS = ['male', 'female', 'unknown'] as const
export type FilterGender = (typeof FILTER_GENDERS)[number]

/** One condition: an object of one field. */
export type Leaf = { [Name in LeafName]: Record<Name, FilterLeaves[Name]> }[LeafName]

/** Who is meant: conditions, joined and turned round. Each object has exactly one field. */
export type CustomerFilter =
  { and: CustomerFilter[] } | { or: CustomerFilter[] } | { not: CustomerFilter } | Leaf

/** Everything that a filter may ask of one customer. */
export interface FilterFacts {
  tagIds: string[]
  tier: Tier | null
  rfm: RfmEight | null
  five: RfmFive | null
  stage: Stage | null
  storeNo: string | null
  region: string | null
  source: string | null
  /** guides with a live relation, in lower case: WeCom compares userids without case */
  guides: string[]
  lastPurchaseDay: BusinessDay | null
  spend365Fen: number
  orders365: number
  purchaseDays365: number
  cycleDays: number | null
  pAlive: number | null
  expected90: number | null
  joinedDay: BusinessDay | null
  birthday: { md: number; lunar: boolean } | null
  gender: 'male' | 'female' | null
  consent: ConsentLevel
  /** last days of coupons that are not used */
  couponDays: BusinessDay[]
  /** points that may be spent */
  points: number
  isMember: boolean
  isReachable: boolean
}

/**
 * Whether a customer fits a filter on `today`: what bot/audience says in SQL, for one customer.
 * @example fitsFilter({ not: { neverBought: true } }, { …, lastPurchaseDay: '2026-11-01' }, '2026-11-22') // true
 */
export function fitsFilter(
  filter: CustomerFilter,
  facts: FilterFacts,
  today: BusinessDay,
): boolean {
  if ('and' in filter) return filter.and.every((part) => fitsFilter(part, facts, today))
  if ('or' in filter) return filter.or.some((part) => fitsFilter(part, facts, today))
  if ('not' in filter) return !fitsFilter(filter.not, facts, today)
  const [value] = Object.values(filter)
  return CHECKS[leafName(filter)](value as never, facts, today)
}

/** Each condition of a filter, in order, with where it stands: `and[1].tier`. */
export function leavesOf(filter: CustomerFilter, at = ''): { leaf: Leaf; path: string }[] {
  const below = (step: string) => (at === '' ? step : `${at}.${step}`)
  if ('and' in filter) return filter.and.flatMap((part, i) => leavesOf(part, below(`and[${i}]`)))
  if ('or' in filter) return filter.or.flatMap((part, i) => leavesOf(part, below(`or[${i}]`)))
  if ('not' in filter) return leavesOf(filter.not, below('not'))
  return [{ leaf: filter, path: below(leafName(filter)) }]
}

/** The one field of a condition. */
export function leafName(leaf: Leaf): LeafName {
  const [name] = Object.keys(leaf)
  // its type says so
  return name as LeafName
}

type Checks = {
  [Name in LeafName]: (
    wanted: FilterLeaves[Name],
    facts: FilterFacts,
    today: BusinessDay,
  ) => boolean
}

const CHECKS: Checks = {
  tags: ({ any, all, none }, { tagIds }) =>
    (any === undefined || any.some((id) => tagIds.includes(id))) &&
    (all === undefined || all.every((id) => tagIds.includes(id))) &&
    (none === undefined || !none.some((id) => tagIds.includes(id))),
  tier: (wanted, { tier }) => isOneOf(wanted, tier ?? lowestTier(DEFAULT_TIER_TABLE).code),
  rfm: (wanted, { rfm }) => isOneOf(wanted, rfm),
  five: (wanted, { five }) => isOneOf(wanted, five),
  stage: (wanted, { stage }) => isOneOf(wanted, stage),
  store: (wanted, { storeNo }) => isOneOf(wanted, storeNo),
  region: (wanted, { region }) => isOneOf(wanted, region),
  source: (wanted, { source }) => isOneOf(wanted, source),
  guide: (wanted, { guides }) => wanted.some((userid) => guides.includes(userid.toLowerCase())),
  lastPurchase: (range, { lastPurchaseDay }, today) =>
    isIn(range, daysSince(lastPurchaseDay, today)),
  neverBought: (wanted, { lastPurchaseDay }) => (lastPurchaseDay === null) === wanted,
  spend365: (range, { spend365Fen }) => isIn(range, spend365Fen),
  orders365: (range, { orders365 }) => isIn(range, orders365),
  purchaseDays365: (range, { purchaseDays365 }) => isIn(range, purchaseDays365),
  averageOrder: (range, { spend365Fen, orders365 }) =>
    isIn(range, orders365 === 0 ? null : spend365Fen / orders365),
  cycleDays: (range, { cycleDays }) => isIn(range, cycleDays),
  overdue: (range, { lastPurchaseDay, cycleDays }, today) => {
    const since = daysSince(lastPurchaseDay, today)
    return isIn(range, since === null || cycleDays === null ? null : since / cycleDays)
  },
  pAlive: (range, { pAlive }) => isIn(range, pAlive),
  expected90: (range, { expected90 }) => isIn(range, expected90),
  joined: (range, { joinedDay }, today) =>
    isIn(range, joinedDay === null ? null : daysBetween(joinedDay, today)),
  birthday: (wanted, { birthday }, today) =>
    birthday !== null &&
    birthdaysMeant(wanted, today).some(
      ({ md, lunar }) => md === birthday.md && lunar === birthday.lunar,
    ),
  gender: (wanted, { gender }) => wanted.includes(gender ?? 'unknown'),
  consent: (wanted, { consent }) => wanted.includes(consent),
  coupon: ({ expiresWithinDays }, { couponDays }, today) =>
    couponDays.some((day) => day >= today && day <= addDays(today, expiresWithinDays)),
  points: (range, { points }) => isIn(range, points),
  member: (wanted, { isMember }) => isMember === wanted,
  reachable: (wanted, { isReachable }) => isReachable === wanted,
}

function isOneOf<T>(wanted: readonly T[], value: T | null): boolean {
  return value !== null && wanted.includes(value)
}

function isIn({ min, max }: Range, value: number | null): boolean {
  return (
    value !== null && (min === undefined || value >= min) && (max === undefined || value <= max)
  )
}

/** An order that is dated ahead counts as bought today. */
function daysSince(day: BusinessDay | null, today: BusinessDay): number | null {
  return day === null ? null : Math.max(0, daysBetween(day, today))
}

/**
 * The stored birthdays that a condition means: those celebrated from today to n days ahead, or in the month that is
 * now or comes next.
 * @example birthdaysMeant({ withinDays: 0 }, '2027-02-28').map(({ md }) => md) // [228, 229, 122]
 */
export function birthdaysMeant(
  wanted: FilterLeaves['birthday'],
  today: BusinessDay,
): readonly Celebration[] {
  const key = JSON.stringify([wanted, today])
  const known = meant.get(key)
  if (known) return known
  if (meant.size >= MOST_MEANT) meant.clear()
  const found = celebrationsMeant(wanted, today)
  meant.set(key, found)
  return found
}

/** The Chinese calendar takes half a millisecond a day, and each order that comes in asks for the same days. */
const meant = new Map<string, readonly Celebration[]>()
const MOST_MEANT = 100

function celebrationsMeant(wanted: FilterLeaves['birthday'], today: BusinessDay): Celebration[] {
  if ('withinDays' in wanted) return celebrationsBetween(today, addDays(today, wanted.withinDays))
  const year = Number(today.slice(0, 4)) + (wanted.month < Number(today.slice(5, 7)) ? 1 : 0)
  const first = `${year}-${String(wanted.month).padStart(2, '0')}-01`
  return celebrationsBetween(first, addDays(addMonths(first, 1), -1))
}
