import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFilter } from '../../bot/audience/read-filter.ts'
import { fitsFilter, type CustomerFilter, type FilterFacts } from '../../domain/customer-filter.ts'
import { conditionOf } from '../../sidebar/pages/Console/Audience/condition.ts'
import { MENU, newCondition } from '../../sidebar/pages/Console/Audience/conditions.ts'
import { describeFilter } from '../../sidebar/pages/Console/Audience/describe-filter.ts'
import { zhCN } from '../../sidebar/pages/Console/Audience/zh-CN.ts'
import {
  conditionAt,
  emptyAudience,
  emptyGroup,
  EVERYONE,
  readTree,
  writeFilter,
} from '../../sidebar/pages/Console/Audience/tree.ts'

const TODAY = '2026-11-22'
const few = (...values: string[]) => fc.subarray(values, { minLength: 1 })
const range = fc.oneof(
  fc.record({ min: fc.nat(50) }),
  fc.record({ max: fc.nat(50) }),
  fc.record({ min: fc.nat(20), max: fc.integer({ min: 20, max: 50 }) }),
)
const leaf: fc.Arbitrary<CustomerFilter> = fc.oneof(
  fc
    .record({ any: few('1', '2'), all: few('2', '3'), none: few('3', '4') }, { requiredKeys: [] })
    .filter((tags) => Object.keys(tags).length > 0)
    .map((tags) => ({ tags })),
  few('iron', 'silver').map((tier) => ({ tier })),
  fc.boolean().map((neverBought) => ({ neverBought })),
  fc.boolean().map((member) => ({ member })),
  fc.boolean().map((reachable) => ({ reachable })),
  range.map((lastPurchase) => ({ lastPurchase })),
  range.map((points) => ({ points })),
  fc.nat(60).map((withinDays) => ({ birthday: { withinDays } })),
  fc.nat(60).map((expiresWithinDays) => ({ coupon: { expiresWithinDays } })),
)
const filters = fc.letrec<{ filter: CustomerFilter; list: CustomerFilter[] }>((tie) => ({
  list: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie('list').map((and) => ({ and })),
    tie('list').map((or) => ({ or })),
    tie('filter').map((not) => ({ not })),
  ),
})).filter
const facts: fc.Arbitrary<FilterFacts> = fc.record({
  tagIds: fc.subarray(['1', '2', '3', '4']),
  tier: fc.constantFrom('iron', 'silver', null),
  rfm: fc.constant(null),
  five: fc.constant(null),
  stage: fc.constant(null),
  storeNo: fc.constant(null),
  region: fc.constant(null),
  source: fc.constant(null),
  guides: fc.constant([]),
  lastPurchaseDay: fc.constantFrom('2026-11-20', '2026-10-20', null),
  spend365Fen: fc.nat(),
  orders365: fc.nat(9),
  purchaseDays365: fc.nat(9),
  cycleDays: fc.constant(null),
  pAlive: fc.constant(null),
  expected90: fc.constant(null),
  joinedDay: fc.constant(null),
  birthday: fc.constantFrom({ md: 1123, lunar: false }, null),
  gender: fc.constant(null),
  consent: fc.constantFrom('all', 'one_to_one', 'none'),
  couponDays: fc.subarray(['2026-11-23', '2026-12-30']),
  points: fc.nat(50),
  isMember: fc.boolean(),
  isReachable: fc.boolean(),
})

describe('an audience in the builder', () => {
  it('means the same customers after it was opened and written again', () => {
    fc.assert(
      fc.property(filters, facts, (filter, customer) => {
        const written = writeFilter(readTree(filter)).filter

        expect(written).not.toBeNull()
        expect(fitsFilter(written ?? EVERYONE, customer, TODAY)).toBe(
          fitsFilter(filter, customer, TODAY),
        )
      }),
    )
  })

  it('names each condition’s place as the server does', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const { filter: written, places } = writeFilter(readTree(filter))

        for (const place of places.keys()) {
          const value = place
            .split(/[.[\]]+/)
            .filter(Boolean)
            .slice(1)
            .reduce<unknown>((part, step) => Reflect.get(Object(part), step), written)
          expect(value).toBeDefined()
        }
      }),
    )
  })

  it('is everybody, or whoever fits the conditions', () => {
    expect(writeFilter({ ...emptyAudience(), everyone: true }).filter).toEqual(EVERYONE)
    expect(readTree(EVERYONE).everyone).toBe(true)
    expect(writeFilter(emptyAudience()).filter).toBeNull()
  })

  it('is asked for only when nothing is missing', () => {
    const tier = conditionOf('tier', [])
    const root = { ...emptyGroup(), parts: [tier, conditionOf('member', true), emptyGroup()] }
    const { filter, gaps } = writeFilter({ everyone: false, root })

    expect(filter).toBeNull()
    expect(gaps).toEqual(new Set([tier.key, root.parts[2]?.key]))
  })

  it.each([
    ['from above to', conditionOf('points', { min: 5, max: 4 })],
    ['no bound', conditionOf('points', {})],
    ['more than the filter takes', conditionOf('purchaseDays365', { min: 367 })],
    ['less than nothing', conditionOf('spend365', { min: -1 })],
    ['half a fen', conditionOf('spend365', { min: 0.5 })],
    ['half a day ago', conditionOf('lastPurchase', { min: 0.5 })],
    ['no day typed in', conditionOf('coupon', { expiresWithinDays: Number.NaN })],
    ['a birthday in 61 days', conditionOf('birthday', { withinDays: 61 })],
  ])('is not asked for with %s', (_, condition) => {
    const audience = { everyone: false, root: { ...emptyGroup(), parts: [condition] } }

    expect(writeFilter(audience).filter).toBeNull()
  })

  it.each([
    conditionOf('purchaseDays365', { min: 366 }),
    conditionOf('birthday', { withinDays: 60 }),
    conditionOf('coupon', { expiresWithinDays: 365 }),
    conditionOf('pAlive', { max: 1 }),
    conditionOf('spend365', { max: 1_000_000_000_000 }),
    conditionOf('expected90', { max: 90 }),
  ])('is taken by the server up to its bounds: $name', (condition) => {
    const audience = { everyone: false, root: { ...emptyGroup(), parts: [condition] } }
    const { filter } = writeFilter(audience)

    expect(() => readFilter(filter)).not.toThrow()
  })

  it('offers every condition of the filter language once', () => {
    const offered = Object.values(MENU).flat()

    expect(offered.toSorted()).toEqual(Object.keys(zhCN.names).toSorted())
    expect(offered.map((name) => newCondition(name).name)).toEqual(offered)
  })

  it('finds the condition that a refused field belongs to', () => {
    const tags = conditionOf('tags', { any: ['9'] })
    const root = { ...emptyGroup(), parts: [conditionOf('member', true), tags] }
    const { places } = writeFilter({ everyone: false, root })

    expect(conditionAt(places, 'filter.and[1].tags.any[0]')).toBe(tags.key)
    expect(conditionAt(places, 'dueAt')).toBeNull()
    expect(conditionAt(places, null)).toBeNull()
  })
})

describe('describeFilter', () => {
  const lists = {
    tier: [{ value: 'silver', label: '银卡' }],
    tags: [{ value: '1', label: '油皮' }],
  }
  it.each<[CustomerFilter, string]>([
    [EVERYONE, '全部客户'],
    [{ tier: ['silver'] }, '等级：银卡'],
    [
      { and: [{ tier: ['silver'] }, { lastPurchase: { min: 30 } }] },
      '等级：银卡，且上次购买：至少 30 天前',
    ],
    [{ spend365: { min: 200_000, max: 500_050 } }, '近一年消费：2,000 到 5,000.5 元'],
    [{ not: { pAlive: { max: 0.3 } } }, '不是（还会再来的可能：最多 30 %）'],
    [
      { and: [{ member: true }, { or: [{ tags: { any: ['1', '7'] } }, { neverBought: true }] }] },
      '已入会：是，且（标签：有任一个 油皮或已删除（7），或从没买过：是）',
    ],
    [{ birthday: { month: 2 } }, '生日：2 月'],
  ])('says %j as %s', (filter, sentence) => {
    expect(describeFilter(filter, { words: zhCN, lists })).toBe(sentence)
  })
})
