import {
  expectedPurchases,
  fitBgNbd,
  logLikelihood,
  pAlive,
  type BgNbd,
  type PurchaseHistory,
} from '../../domain/bg-nbd.ts'
import { daysBetween, type BusinessDay } from '../../domain/business-day.ts'
import { rankAll } from '../../domain/rfm.ts'
import { cycleOf, median, overdueFactor } from '../../domain/rhythm.ts'
import type { CdnowPurchase } from './cdnow.ts'

/** A customer as known on the last day of calibration, and what came after it. */
interface Known extends PurchaseHistory {
  id: number
  daysSince: number
  cycle: number | null
  orders: number
  spendFen: number
  lastPaidAt: number
  /** purchase days of the holdout */
  later: number
}

/** How well an order of customers told who would buy. */
export interface Ranking {
  name: string
  /** how often of one who bought and one who did not the buyer stood higher; 0.5 is chance */
  auc: number
  /** rank correlation with the number of purchase days */
  spearman: number
  /** share of all later purchase days that the best fifth made */
  topFifth: number
}

export interface DecisionQuality {
  customers: number
  repeats: number
  /** alpha in weeks, as published */
  fit: BgNbd & { logLikelihood: number }
  buyers: number
  laterPurchases: number
  /** what the model expected of all of them together */
  expected: number
  rankings: Ranking[]
}

/**
 * Calibrates on the purchases up to a day and asks the rest: which order of customers is the better guess at who comes
 * again. The ways compared are the fixed rule (days since the last purchase ÷ cycle, own or the chain's), the RFM score,
 * P(alive), and P(alive) with expected purchases (domain-rules 5 and 6).
 *
 * @throws RangeError when nobody bought, or too few came again for a fit
 */
export function decisionQuality(
  purchases: readonly CdnowPurchase[],
  { lastDay, holdoutDays }: { lastDay: BusinessDay; holdoutDays: number },
): DecisionQuality {
  const known = knownOn(purchases, lastDay, holdoutDays)
  const fit = fitBgNbd(known.map((one) => ({ ...one, customers: 1 })))
  if (!fit) throw new RangeError('fewer than 50 customers came again: nothing can be fitted')
  const chain = median(known.flatMap(({ cycle }) => cycle ?? [])) ?? Number.NaN
  const rfm = new Map(rankAll(known).map(({ of, composite }) => [of, composite]))
  const ways: [string, (one: Known) => number][] = [
    [
      '2 × cycle (days since the last purchase ÷ cycle)',
      (one) => -overdueFactor(one.daysSince, one.cycle ?? chain),
    ],
    ['RFM score (mean of three percentile ranks)', (one) => rfm.get(one) ?? 0],
    ['P(alive)', (one) => pAlive(fit, one)],
    ['P(alive) · expected purchases', (one) => expectedPurchases(fit, one, holdoutDays)],
  ]
  const later = known.map((one) => one.later)
  return {
    customers: known.length,
    repeats: sum(known.map(({ repeats }) => repeats)),
    fit: {
      ...fit,
      alpha: fit.alpha / 7,
      logLikelihood: logLikelihood(
        { ...fit, alpha: fit.alpha / 7 },
        known.map(({ repeats, recency, age }) => ({
          repeats,
          recency: recency / 7,
          age: age / 7,
          customers: 1,
        })),
      ),
    },
    buyers: later.filter((n) => n > 0).length,
    laterPurchases: sum(later),
    expected: sum(known.map((one) => expectedPurchases(fit, one, holdoutDays))),
    rankings: ways.map(([name, score]) => ({ name, ...judge(known.map(score), later) })),
  }
}

function knownOn(
  purchases: readonly CdnowPurchase[],
  lastDay: BusinessDay,
  holdoutDays: number,
): Known[] {
  const byCustomer = new Map<string, CdnowPurchase[]>()
  for (const one of purchases) {
    const own = byCustomer.get(one.customer)
    if (own) own.push(one)
    else byCustomer.set(one.customer, [one])
  }
  return [...byCustomer.values()].flatMap((own) => {
    const before = own.filter(({ day }) => day <= lastDay)
    const days = [...new Set(before.map(({ day }) => day))].sort()
    const [first] = days
    const last = days.at(-1)
    if (first === undefined || last === undefined) return []
    const after = new Set(
      own.flatMap(({ day }) =>
        day > lastDay && daysBetween(lastDay, day) <= holdoutDays ? [day] : [],
      ),
    )
    return [
      {
        id: Number(own[0]?.customer),
        repeats: days.length - 1,
        recency: daysBetween(first, last),
        age: daysBetween(first, lastDay),
        daysSince: daysBetween(last, lastDay),
        cycle: cycleOf(days),
        orders: before.length,
        spendFen: sum(before.map(({ amountFen }) => amountFen)),
        lastPaidAt: Date.parse(last),
        later: after.size,
      },
    ]
  })
}

function judge(scores: readonly number[], later: readonly number[]): Omit<Ranking, 'name'> {
  const ranks = middleRanks(scores)
  const bought = later.map((n) => n > 0)
  const buyers = bought.filter(Boolean).length
  const others = later.length - buyers
  const ofBuyers = sum(ranks.filter((_, i) => bought[i]))
  const best = scores
    .map((score, i) => ({ score, later: later[i] ?? 0, i }))
    .sort((a, b) => b.score - a.score || a.i - b.i)
    .slice(0, Math.ceil(scores.length / 5))
  return {
    auc: (ofBuyers - (buyers * (buyers + 1)) / 2) / (buyers * others),
    spearman: correlation(ranks, middleRanks(later)),
    topFifth: sum(best.map((one) => one.later)) / sum(later),
  }
}

/** Ranks from 1 for the lowest; equals share the middle of theirs. */
function middleRanks(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value)
  const ranks = Array.from<number>({ length: values.length })
  for (let from = 0; from < order.length;) {
    let to = from
    while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to += 1
    for (let at = from; at <= to; at += 1) ranks[order[at]?.i ?? 0] = (from + to) / 2 + 1
    from = to + 1
  }
  return ranks
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const meanX = sum(x) / x.length
  const meanY = sum(y) / y.length
  const covariance = sum(x.map((one, i) => (one - meanX) * ((y[i] ?? 0) - meanY)))
  const spread = (list: readonly number[], mean: number) =>
    sum(list.map((one) => (one - mean) ** 2))
  return covariance / Math.sqrt(spread(x, meanX) * spread(y, meanY))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}
