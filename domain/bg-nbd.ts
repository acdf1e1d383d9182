import { minimise } from './minimise.ts'

/**
 * What a customer's purchase days say (domain-rules 6), all in days: how often they came again, how long after the
 * first day they last came, and how long ago the first day is.
 */
export interface PurchaseHistory {
  /** purchase days after the first */
  repeats: number
  /** days from the first to the last purchase day; 0 without repeats */
  recency: number
  /** days from the first purchase day to today */
  age: number
}

/** How many customers have one and the same history: the fit needs nothing else of a chain. */
export interface HistoryCount extends PurchaseHistory {
  customers: number
}

/** The four numbers of a chain; alpha in days. */
export interface BgNbd {
  r: number
  alpha: number
  a: number
  b: number
}

/** below so many customers who came again there is nothing to fit */
const LEAST_REPEATERS = 50
/** the rates may not run away where the chain's data says nothing about them */
const LOWEST = 1e-4
const HIGHEST = 1e6
/** from so many different histories on a fit begins on a coarse grid, of so many steps to the mean age */
const MANY = 10_000
const GRID = 30
/** visits within the days asked for, beyond which nobody's chance counts */
const MOST_VISITS = 100_000

/**
 * Fits BG/NBD by maximum likelihood (Fader, Hardie & Lee 2005, Marketing Science 24(2), eq. 6 and 7).
 *
 * @param counts distinct histories with how many customers have each; order does not matter
 * @returns null for a chain with fewer than 50 customers who came again
 * @example fitBgNbd(cdnowCounts) // { r: 0.243, alpha: 30.9, a: 0.793, b: 2.426 } and logLikelihood −9582.4 in weeks
 */
export function fitBgNbd(
  counts: readonly HistoryCount[],
): (BgNbd & { logLikelihood: number }) | null {
  const repeaters = counts.reduce(
    (sum, { repeats, customers }) => sum + (repeats > 0 ? customers : 0),
    0,
  )
  if (repeaters < LEAST_REPEATERS) return null
  // a time unit near 1 keeps the surface round: the mean age
  const customers = counts.reduce((sum, one) => sum + one.customers, 0)
  const unit = counts.reduce((sum, one) => sum + one.age * one.customers, 0) / customers || 1
  const scaled = counts.map((one) => ({ ...one, recency: one.recency / unit, age: one.age / unit }))
  const search = (histories: readonly HistoryCount[], from: number[], step: number): number[] =>
    minimise(
      (logs) => {
        const params = paramsOf(logs)
        const isInside = Object.values(params).every((x) => x >= LOWEST && x <= HIGHEST)
        return isInside ? -logLikelihood(params, histories) / customers : Infinity
      },
      from,
      { step, tolerance: 1e-10 },
    ).at
  const start = [Math.log(0.5), Math.log(0.1), Math.log(0.8), Math.log(2.5)]
  // most steps are made where each costs little: on a coarse grid of the same histories
  const near = counts.length > MANY ? search(coarse(scaled), start, 0.5) : start
  const at = search(scaled, near, counts.length > MANY ? 0.05 : 0.5)
  const { r, alpha, a, b } = paramsOf(at)
  const params = { r, alpha: alpha * unit, a, b }
  return { ...params, logLikelihood: logLikelihood(params, counts) }
}

/** Histories whose days are rounded to a thirtieth of the mean age, those that are equal then as one. */
function coarse(scaled: readonly HistoryCount[]): HistoryCount[] {
  const cells = new Map<string, HistoryCount>()
  for (const { repeats, recency, age, customers } of scaled) {
    const late = Math.round(age * GRID)
    const last = Math.min(Math.round(recency * GRID), late)
    const key = `${repeats} ${last} ${late}`
    const cell = cells.get(key)
    if (cell) cell.customers += customers
    else cells.set(key, { repeats, recency: last / GRID, age: late / GRID, customers })
  }
  return [...cells.values()]
}

function paramsOf([r = 0, alpha = 0, a = 0, b = 0]: readonly number[]): BgNbd {
  return { r: Math.exp(r), alpha: Math.exp(alpha), a: Math.exp(a), b: Math.exp(b) }
}

/** Log-likelihood of all customers together, in the time unit of alpha and the histories. */
export function logLikelihood({ r, alpha, a, b }: BgNbd, counts: readonly HistoryCount[]): number {
  const most = counts.reduce((max, { repeats }) => Math.max(max, repeats), 0)
  // Γ(r+x)/Γ(r) · B(a,b+x)/B(a,b) as products over x: no gamma function is needed
  const ofRepeats = new Float64Array(most + 1)
  for (let x = 0; x < most; x += 1) {
    ofRepeats[x + 1] = (ofRepeats[x] ?? 0) + Math.log(r + x) + Math.log((b + x) / (a + b + x))
  }
  const rLogAlpha = r * Math.log(alpha)
  let sum = 0
  for (const { repeats: x, recency, age, customers } of counts) {
    const alive = -(r + x) * Math.log(alpha + age)
    let either = alive
    if (x > 0) {
      const gone = Math.log(a / (b + x - 1)) - (r + x) * Math.log(alpha + recency)
      const high = Math.max(alive, gone)
      either = high + Math.log(Math.exp(alive - high) + Math.exp(gone - high))
    }
    sum += customers * ((ofRepeats[x] ?? 0) + rLogAlpha + either)
  }
  return sum
}

/**
 * P(alive): how likely the customer still is one (domain-rules 6).
 * @example pAlive({ r: 0.243, alpha: 30.9, a: 0.793, b: 2.426 }, { repeats: 0, recency: 0, age: 300 }) // 1
 */
export function pAlive(
  { r, alpha, a, b }: BgNbd,
  { repeats, recency, age }: PurchaseHistory,
): number {
  if (repeats === 0) return 1
  const odds = (a / (b + repeats - 1)) * ((alpha + age) / (alpha + recency)) ** (r + repeats)
  return 1 / (1 + odds)
}

/**
 * How many purchase days are to be expected of a customer within the next `days` days (Fader, Hardie & Lee 2005,
 * eq. 10); what is known of them includes that they may be gone.
 */
export function expectedPurchases(params: BgNbd, history: PurchaseHistory, days: number): number {
  return expectedIfAlive(params, history, days) * pAlive(params, history)
}

/**
 * The same for one who is surely still a customer: it depends on repeats and age alone. Who stayed for all of their days
 * would come n times with a negative binomial chance; of n visits so many are made before they leave. All terms are
 * positive and their weights sum up to one, so that no parameters there are lose digits (eq. 10, its ₂F₁ written out).
 */
export function expectedIfAlive(
  { r, alpha, a, b }: BgNbd,
  { repeats: x, age }: Pick<PurchaseHistory, 'repeats' | 'age'>,
  days: number,
): number {
  if (days <= 0) return 0
  const z = days / (alpha + age + days)
  const c = a + b + x - 1
  let weight = 1
  let total = 1
  let made = 0
  let sum = 0
  for (let n = 0; n < MOST_VISITS; n += 1) {
    // the first visit is made by whoever is a customer; after each some leave
    made = n === 0 ? 1 : (made * (b + x + n) + c) / (c + n)
    const growth = ((r + x + n) * z) / (n + 1)
    weight *= growth
    total += weight
    sum += weight * made
    if (growth < 1 && weight < 1e-13 * total) break
    if (total > 1e250) {
      weight /= total
      sum /= total
      total = 1
    }
  }
  return sum / total
}
