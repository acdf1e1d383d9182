import { describe, expect, it } from 'vitest'
import { percent, yuan } from '../../sidebar/format/money.ts'
import { zhCN } from '../../sidebar/i18n/zh-CN.ts'
import { expiringItems } from '../../sidebar/pages/Chat/expiring-items.ts'
import { stripOf } from '../../sidebar/pages/Chat/rhythm-strip.ts'
import { keepGap, nextGap } from '../../sidebar/pages/Chat/tier-gaps.ts'
import { timelineLine } from '../../sidebar/pages/Chat/timeline-line.ts'
import { dateRange } from '../../sidebar/pages/Console/date-ranges.ts'
import { pressedFirst } from '../../sidebar/pages/Desk/pressed-first.ts'
import { withoutIconFont } from '../../sidebar/vite/strip-icon-font.ts'
import { NOW, ZONE } from './support/builders.ts'

describe('yuan', () => {
  it.each([
    [0, '¥0'],
    [5, '¥0.05'],
    [128_000, '¥1,280'],
    [128_050, '¥1,280.50'],
    [-5000, '-¥50'],
  ])('%i fen is %s', (fen, text) => {
    expect(yuan(fen)).toBe(text)
  })
})

it('shows a dash for a rate of nothing', () => {
  expect(percent(null)).toBe('–')
  expect(percent(0.7363)).toBe('73.6%')
})

describe('tier gaps', () => {
  const next = { code: 'gold', name: '金卡' } as const

  it.each([
    [{ ...next, spendFen: 72_000, orders: 4 }, '再消费 ¥720、买 4 单升金卡'],
    [{ ...next, spendFen: 0, orders: 1 }, '再买 1 单升金卡'],
    [{ ...next, spendFen: 0, orders: 0, purchaseDays: 0, referrals: 1 }, '再带来 1 位新客升金卡'],
    [
      { ...next, spendFen: 0, orders: 0, purchaseDays: 1, referrals: 2, points: 300 },
      '再来买 1 天、带来 2 位新客、攒 300 积分升金卡',
    ],
    [{ ...next, spendFen: 0, orders: 0 }, '已达到金卡的条件，等待升级'],
    [null, '已是最高等级'],
  ])('says what is short of the next tier', (gap, text) => {
    expect(nextGap(gap, zhCN)).toBe(text)
  })

  it('says what is short of keeping the tier, and when nothing is', () => {
    const keep = { reviewDay: '2026-11-30', spendFen: 30_050, orders: 0 }

    expect(keepGap(keep, '11月30日', zhCN)).toEqual({
      text: '11月30日前再消费 ¥300.50保级',
      short: true,
    })
    expect(keepGap({ ...keep, spendFen: 0, referrals: 1 }, '11月30日', zhCN)).toEqual({
      text: '11月30日前再带来 1 位新客保级',
      short: true,
    })
    expect(keepGap({ ...keep, spendFen: 0 }, '11月30日', zhCN)).toEqual({
      text: '11月30日复核时能保级',
      short: false,
    })
  })
})

describe('expiringItems', () => {
  it('puts coupons and points in the order they end', () => {
    const items = expiringItems(
      {
        coupons: [
          {
            couponNo: 'C1',
            name: '复购券',
            faceValueFen: 5000,
            discount: null,
            minSpendFen: 29_900,
            expiresOn: '2026-11-29',
            days: 7,
          },
          {
            couponNo: 'C2',
            name: '生日礼',
            faceValueFen: null,
            discount: 0.85,
            minSpendFen: null,
            expiresOn: '2026-11-22',
            days: 0,
          },
        ],
        points: {
          balance: 900,
          pending: 0,
          shortfall: 0,
          expiring: [{ points: 800, expiresOn: '2026-11-25', days: 3 }],
        },
        value: { spend365Fen: 0, orders365: 0, averageFen: 0, rfm: null },
      },
      { now: NOW, zone: ZONE, m: zhCN },
    )

    expect(items.map((item) => [item.name, item.detail, item.left.text])).toEqual([
      ['生日礼', '8.5 折 · 11月22日', '今天到期'],
      ['800 积分', '11月25日', '剩 3 天'],
      ['复购券', '满 ¥299 减 ¥50 · 11月29日', '剩 7 天'],
    ])
  })

  it.each([
    [29_899, '满 ¥299 减 ¥50 · 11月29日 · 比平时一单多 ¥1'],
    [29_900, '满 ¥299 减 ¥50 · 11月29日 · 平时一单就够'],
    [25_850, '满 ¥299 减 ¥50 · 11月29日 · 比平时一单多 ¥41'],
  ])('says whether a usual order of %i fen can use a coupon', (averageFen, detail) => {
    const coupon = {
      couponNo: 'C1',
      name: '复购券',
      faceValueFen: 5000,
      discount: null,
      minSpendFen: 29_900,
      expiresOn: '2026-11-29',
      days: 7,
    }
    const [item] = expiringItems(
      {
        coupons: [coupon],
        points: { balance: 0, pending: 0, shortfall: 0, expiring: [] },
        value: { spend365Fen: averageFen, orders365: 1, averageFen, rfm: null },
      },
      { now: NOW, zone: ZONE, m: zhCN },
    )

    expect(item?.detail).toBe(detail)
  })
})

describe('stripOf', () => {
  it('spreads purchases from the first to the expected day', () => {
    expect(stripOf(['2026-11-11', '2026-11-01'], 10, '2026-11-16')).toEqual({
      purchases: [0, 0.5],
      today: 0.75,
      expected: 1,
    })
  })

  it('ends with today when the expected day is past', () => {
    const strip = stripOf(['2026-11-11', '2026-11-01'], 10, '2026-12-01')

    expect(strip).toMatchObject({ today: 1, expected: 20 / 30 })
  })

  it('is nothing without a purchase', () => {
    expect(stripOf([], 10, '2026-11-16')).toBeNull()
  })
})

describe('timelineLine', () => {
  const entry = { id: 'x:1', at: NOW.toISOString(), by: null, amountFen: null, detail: {} }

  it.each([
    [
      {
        ...entry,
        type: 'order',
        what: 'paid',
        text: '西湖店',
        amountFen: 46_800,
        detail: { items: [{ name: '面霜' }, { name: '洁面' }] },
      } as const,
      { title: '下单 ¥468', text: '西湖店 · 面霜 / 洁面' },
    ],
    [
      {
        ...entry,
        type: 'coupon',
        what: 'used',
        text: '满 200 减 30',
        amountFen: 46_800,
        detail: { touch: { by: '张姐', days: 2 } },
      } as const,
      { title: '张姐的消息 2 天后使用了「满 200 减 30」', text: '订单 ¥468' },
    ],
    [
      {
        ...entry,
        type: 'coupon',
        what: 'used',
        text: '生日礼',
        detail: { touch: { by: '张姐', days: 0 } },
      } as const,
      { title: '张姐的消息当天使用了「生日礼」', text: null },
    ],
    [
      { ...entry, type: 'coupon', what: 'used', text: '生日礼', detail: { touch: null } } as const,
      { title: '使用了「生日礼」', text: null },
    ],
    [
      { ...entry, type: 'coupon', what: 'expired', text: '生日礼' } as const,
      { title: '「生日礼」过期了，没有用', text: null },
    ],
    [
      { ...entry, type: 'coupon', what: 'a_later_state', text: '生日礼' } as const,
      { title: '生日礼', text: null },
    ],
    [
      { ...entry, type: 'tag', what: 'added', text: '油皮' } as const,
      { title: '加上「油皮」', text: null },
    ],
    [
      { ...entry, type: 'task', what: 'done', text: 'birthday' } as const,
      { title: '生日 · 已完成', text: null },
    ],
    [
      { ...entry, type: 'relation', what: 'ended', text: 'customer' } as const,
      { title: '好友关系解除', text: null },
    ],
    [
      { ...entry, type: 'touch', what: 'cancelled', text: '你好' } as const,
      { title: '没有发送', text: '你好' },
    ],
    [
      { ...entry, type: 'task', what: 'new_state', text: 'new_kind' } as const,
      { title: 'new_kind · new_state', text: null },
    ],
  ])('reads an entry as a line', (given, line) => {
    expect(timelineLine(given, zhCN)).toEqual(line)
  })
})

it.each([
  ['today', '2026-11-22'],
  ['week', '2026-11-16'],
  ['month', '2026-10-24'],
  ['thisMonth', '2026-11-01'],
] as const)('starts the range %s at %s', (name, from) => {
  expect(dateRange(name, '2026-11-22')).toEqual({ from, to: '2026-11-22' })
})

it('puts pressed tasks on top and leaves the order otherwise', () => {
  const tasks = [
    { id: 1, urgent: false },
    { id: 2, urgent: true },
    { id: 3, urgent: false },
    { id: 4, urgent: true },
  ]

  expect(pressedFirst(tasks).map((task) => task.id)).toEqual([2, 4, 1, 3])
})

it('strips Vant’s icon font, its third-party address and its glyphs', () => {
  const css = withoutIconFont(
    '.van-icon{font:14px}.van-icon-arrow:before{content:"\\e6"}@font-face{font-family:x;src:url(//at.alicdn.com/a)}.a{b:c}',
  )

  expect(css).toBe('.van-icon{font:14px}.a{b:c}')
})
