import type { Lang } from './words.ts'

/** Who bought within the window, by recency, frequency and money (domain-rules 5). */
export interface RfmFacts {
  id: bigint | number
  /** R: days since the last paid order; fewer is better */
  daysSince: number
  /** F: paid orders in the window */
  orders: number
  /** M: what was paid in the window, net of refunds */
  spendFen: number
  /** when the last order was paid: of equals the later one is better */
  lastPaidAt: number
}

/** R F M, 1 = better than the median. */
export const RFM_EIGHT = ['111', '101', '011', '001', '110', '100', '010', '000'] as const
export type RfmEight = (typeof RFM_EIGHT)[number]

export const RFM_FIVE = [
  'high_value',
  'growth_potential',
  'untapped_potential',
  'low_frequency',
  'churn_warning',
] as const
export type RfmFive = (typeof RFM_FIVE)[number]

/** What the classes are called where the chain has no names of its own. */
export const RFM_NAMES: Record<RfmEight | RfmFive, Record<Lang, string>> = {
  '111': { 'zh-CN': '重要价值', en: 'Champions' },
  '101': { 'zh-CN': '重要发展', en: 'To develop, valuable' },
  '011': { 'zh-CN': '重要保持', en: 'To keep, valuable' },
  '001': { 'zh-CN': '重要挽留', en: 'To win back, valuable' },
  '110': { 'zh-CN': '一般价值', en: 'Regular' },
  '100': { 'zh-CN': '一般发展', en: 'To develop' },
  '010': { 'zh-CN': '一般保持', en: 'To keep' },
  '000': { 'zh-CN': '一般挽留', en: 'To win back' },
  high_value: { 'zh-CN': '高频价值', en: 'High value' },
  growth_potential: { 'zh-CN': '潜力增长', en: 'Growing' },
  untapped_potential: { 'zh-CN': '潜力挖掘', en: 'Untapped' },
  low_frequency: { 'zh-CN': '低频维护', en: 'Low frequency' },
  churn_warning: { 'zh-CN': '流失预警', en: 'Leaving' },
}

/**
 * What each class says in plain words, since chains and books call them differently: one calls 重要挽留 what is 重要保持
 * here (domain-rules 1 and 5).
 */
export const RFM_MEANS: Record<RfmEight | RfmFive, Record<Lang, string>> = {
  ...(Object.fromEntries(RFM_EIGHT.map((code) => [code, eightMeans(code)])) as Record<
    RfmEight,
    Record<Lang, string>
  >),
  high_value: { 'zh-CN': '综合排在前 20%', en: 'best 20 % of all three' },
  growth_potential: {
    'zh-CN': '最近来过，次数和消费居中',
    en: 'came lately, middling orders and spend',
  },
  untapped_potential: {
    'zh-CN': '来得不远不近，次数居中，消费少',
    en: 'middling visits and orders, spends little',
  },
  low_frequency: {
    'zh-CN': '好久没来，次数和消费居中',
    en: 'long away, middling orders and spend',
  },
  churn_warning: { 'zh-CN': '综合排在后 20%', en: 'last 20 % of all three' },
}

/** @example eightMeans('011') // { 'zh-CN': '好久没来，买得勤，花得多', … } */
function eightMeans(code: RfmEight): Record<Lang, string> {
  const [r, f, m] = code.split('').map((digit) => digit === '1')
  return {
    'zh-CN': `${r ? '最近来过' : '好久没来'}，${f ? '买得勤' : '买得少'}，${m ? '花得多' : '花得少'}`,
    en: `${r ? 'came lately' : 'long away'}, buys ${f ? 'often' : 'seldom'}, spends ${m ? 'much' : 'little'}`,
  }
}

/** What splits high from low: the medians of all who are scored. */
export interface RfmMedians {
  daysSince: number
  orders: number
  spendFen: number
}

/** A customer's places among all who are scored, (0, 1], 1 is best. */
export interface RfmRanks {
  r: number
  f: number
  m: number
  composite: number
}

/** share of the best and of the last, by composite */
export const EDGE_SHARE = 0.2
/** percentile from which an axis is high, and below which it is low */
export const HIGH = 0.67
export const LOW = 0.33
/** composites of the three patterns with high, middle and low at the middle of their thirds */
const GROWTH_COMPOSITE = ((1 + HIGH) / 2 + 0.5 + 0.5) / 3
const LOWER_COMPOSITE = (LOW / 2 + 0.5 + 0.5) / 3
/** between the two: above it growth is nearer */
export const GROWTH_FROM = (GROWTH_COMPOSITE + LOWER_COMPOSITE) / 2

/**
 * One of the eight classes; what equals the median counts as low.
 * @example eightOf({ daysSince: 3, orders: 9, spendFen: 9_000 }, { daysSince: 30, orders: 2, spendFen: 9_000 }) // '110'
 */
export function eightOf(facts: RfmMedians, medians: RfmMedians): RfmEight {
  const r = facts.daysSince < medians.daysSince
  const f = facts.orders > medians.orders
  const m = facts.spendFen > medians.spendFen
  return `${r ? 1 : 0}${f ? 1 : 0}${m ? 1 : 0}`
}

/**
 * The five classes: by composite the best and the last fifth, then the patterns of the axes, else the pattern that is
 * nearest by composite. Two patterns have the same one: of them it is the one whose low axis is the lower.
 *
 * @param place the customer's place by composite, from 1, and of how many
 */
export function fiveOf(
  { r, f, m, composite }: RfmRanks,
  { nth, of }: { nth: number; of: number },
): { five: RfmFive; isFallback: boolean } {
  const edge = Math.ceil(of * EDGE_SHARE)
  if (nth <= edge) return { five: 'high_value', isFallback: false }
  if (nth > of - edge) return { five: 'churn_warning', isFallback: false }
  if (r >= HIGH && isMiddle(f) && isMiddle(m))
    return { five: 'growth_potential', isFallback: false }
  if (isMiddle(r) && isMiddle(f) && m < LOW)
    return { five: 'untapped_potential', isFallback: false }
  if (r < LOW && isMiddle(f) && isMiddle(m)) return { five: 'low_frequency', isFallback: false }
  if (composite >= GROWTH_FROM) return { five: 'growth_potential', isFallback: true }
  return { five: r < m ? 'low_frequency' : 'untapped_potential', isFallback: true }
}

/**
 * Ranks everybody on each axis and by the mean of the three. Holds all of them: for a sample, and to check the
 * statement that does it for a chain (bot/members/classify.ts).
 */
export function rankAll<T extends RfmFacts>(
  all: readonly T[],
): (RfmRanks & { of: T; nth: number })[] {
  const later = (a: T, b: T) => b.lastPaidAt - a.lastPaidAt || Number(BigInt(a.id) - BigInt(b.id))
  const places = (better: (a: T, b: T) => number): Map<T, number> => {
    const sorted = all.toSorted((a, b) => better(a, b) || later(a, b))
    return new Map(sorted.map((one, i) => [one, (all.length - i) / all.length]))
  }
  // in whole places: two composites that are equal may differ in their last digit
  const inPlaces = ({ composite }: RfmRanks) => Math.round(composite * 3 * all.length)
  const r = places((a, b) => a.daysSince - b.daysSince)
  const f = places((a, b) => b.orders - a.orders)
  const m = places((a, b) => b.spendFen - a.spendFen)
  return all
    .map((one) => {
      const ranks = { r: r.get(one) ?? 0, f: f.get(one) ?? 0, m: m.get(one) ?? 0 }
      return { of: one, ...ranks, composite: (ranks.r + ranks.f + ranks.m) / 3, nth: 0 }
    })
    .toSorted((a, b) => inPlaces(b) - inPlaces(a) || later(a.of, b.of))
    .map((one, i) => ({ ...one, nth: i + 1 }))
}

function isMiddle(rank: number): boolean {
  return rank >= LOW && rank < HIGH
}
