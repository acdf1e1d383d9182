import type { FilterLeaves, LeafName, Range } from '../../../../domain/customer-filter.ts'
import { conditionOf, type Condition } from './condition.ts'

/** Names of conditions whose value is a range. */
export type RangeName = {
  [Name in LeafName]: FilterLeaves[Name] extends Range
    ? Range extends FilterLeaves[Name]
      ? Name
      : never
    : never
}[LeafName]

export type Unit =
  'daysAgo' | 'yuan' | 'orders' | 'days' | 'times' | 'visits' | 'percent' | 'points'

/** How a range is typed in: in which unit, how many of the filter's own one of it is, and up to where. */
export interface RangeInput {
  unit: Unit
  /** of the filter's unit: 100 fen to a yuan */
  scale: number
  whole: boolean
  /** as typed in */
  max: number
}

/** The bounds are those of the filter's schema (bot/audience/filter-schema.ts). */
export const RANGES: Record<RangeName, RangeInput> = {
  lastPurchase: { unit: 'daysAgo', scale: 1, whole: true, max: 36_500 },
  joined: { unit: 'daysAgo', scale: 1, whole: true, max: 36_500 },
  spend365: { unit: 'yuan', scale: 100, whole: false, max: 10_000_000_000 },
  averageOrder: { unit: 'yuan', scale: 100, whole: false, max: 10_000_000_000 },
  orders365: { unit: 'orders', scale: 1, whole: true, max: 1_000_000 },
  purchaseDays365: { unit: 'days', scale: 1, whole: true, max: 366 },
  cycleDays: { unit: 'days', scale: 1, whole: false, max: 36_500 },
  overdue: { unit: 'times', scale: 1, whole: false, max: 36_500 },
  pAlive: { unit: 'percent', scale: 0.01, whole: false, max: 100 },
  expected90: { unit: 'visits', scale: 1, whole: false, max: 90 },
  points: { unit: 'points', scale: 1, whole: true, max: 1_000_000_000 },
}

/** The menu's headings with their conditions, in the order people look for them. */
export const MENU = {
  purchase: [
    'lastPurchase',
    'neverBought',
    'spend365',
    'orders365',
    'purchaseDays365',
    'averageOrder',
  ],
  who: ['tier', 'tags', 'joined', 'member', 'gender', 'source'],
  value: ['stage', 'rfm', 'five', 'cycleDays', 'overdue', 'pAlive', 'expected90'],
  occasion: ['birthday', 'coupon', 'points'],
  where: ['store', 'region', 'guide', 'reachable', 'consent'],
} as const satisfies Record<string, readonly LeafName[]>

/** What a new condition of a name begins with; what kind of value it takes. */
export const BEGINS: { [Name in LeafName]: FilterLeaves[Name] } = {
  tags: { any: [] },
  tier: [],
  rfm: [],
  five: [],
  stage: [],
  store: [],
  region: [],
  source: [],
  guide: [],
  lastPurchase: {},
  neverBought: true,
  spend365: {},
  orders365: {},
  purchaseDays365: {},
  averageOrder: {},
  cycleDays: {},
  overdue: {},
  pAlive: {},
  expected90: {},
  joined: {},
  birthday: { withinDays: 7 },
  gender: [],
  consent: [],
  coupon: { expiresWithinDays: 7 },
  points: {},
  member: true,
  reachable: true,
}

/** A new condition, to be filled in. */
export function newCondition(name: LeafName): Condition {
  return conditionOf(name, BEGINS[name])
}
