import { describe, expect, it } from 'vitest'
import { suggestWords, type WordsNames } from '../../../bot/words/suggest-words.ts'
import { welcomeWords } from '../../../bot/words/welcome-words.ts'
import type { SavedWords } from '../../../domain/words-in-force.ts'
import type { TaskKind } from '../../../domain/words.ts'

const today = '2026-11-22'
const names: WordsNames = {
  customerName: '张女士',
  guideName: '小王',
  storeName: '静安店',
  tierName: '金',
  mainCategory: '茶具',
}
const coupon = {
  couponNo: 'C-1',
  name: '满200减50',
  faceValueFen: 5000,
  discount: null,
  minSpendFen: 20_000,
  expiresOn: '2026-11-25',
  days: 3,
}
const coupons = { coupons: [coupon], firstExpiresOn: '2026-11-25', lastExpiresOn: '2026-11-25' }
const silence = {
  lastOrder: 'O-1',
  lastPurchase: '2026-08-22',
  daysSince: 90,
  cycleDays: 20,
  cycleSource: 'own',
}
const churn = { ...silence, step: 'warning', fallingReviews: 0, occasion: null }
const tiers = { before: { 'zh-CN': '铜', en: 'Bronze' }, after: { 'zh-CN': '银', en: 'Silver' } }
const keep = {
  tier: 'silver',
  reviewDay: '2026-12-01',
  spendFen: 32_000,
  orders: 2,
  purchaseDays: 0,
  referrals: 0,
}
const points = {
  lots: [
    { points: 320, expiresOn: '2026-11-29', days: 7 },
    { points: 200, expiresOn: '2026-12-22', days: 30 },
  ],
  points: 520,
  firstExpiresOn: '2026-11-29',
  lastExpiresOn: '2026-12-22',
}

/** A template as it is saved, for every situation of the test. */
const saved = (situation: string, text: string): SavedWords[] => [
  {
    code: 'mine',
    situation,
    ofStore: true,
    enabled: true,
    variants: [{ code: 'B', text, weight: 1 }],
  },
]
const told = (kind: TaskKind, facts: object, words: SavedWords[] = [], who = names) =>
  suggestWords({ kind, facts, customerId: '7' }, who, words, today)

describe('the variables of each kind', () => {
  it.each<[TaskKind, string, object, string, string]>([
    [
      'birthday',
      'before',
      { day: '2026-11-24', md: 1124, lunar: false, daysUntil: 2 },
      '{称呼}，{生日}快到了',
      '张女士，11 月 24 日快到了',
    ],
    [
      'birthday',
      'day',
      { day: today, md: 1122, lunar: false, daysUntil: 0 },
      '{生日}',
      '11 月 22 日',
    ],
    [
      'coupon_expiring',
      'one',
      coupons,
      '{券数} 张，{券名}（{面额|好券}）{到期日}到期',
      '1 张，满200减50（¥50）11 月 25 日到期',
    ],
    [
      'coupon_expiring',
      'one',
      { ...coupons, coupons: [{ ...coupon, faceValueFen: null, discount: 0.88 }] },
      '{面额|好券}',
      '8.8 折',
    ],
    [
      'coupon_expiring',
      'one',
      { ...coupons, coupons: [{ ...coupon, faceValueFen: null }] },
      '{面额|好券}',
      '好券',
    ],
    ['coupon_expiring', 'several', { ...coupons, coupons: [coupon, coupon] }, '{券数}', '2'],
    ['points_expiring', 'any', points, '{积分}/{积分合计} {到期日}', '320/520 11 月 29 日'],
    [
      'repurchase_overdue',
      'overdue',
      { ...silence, factor: 2 },
      '{上次到店} {天数}',
      '8 月 22 日 92',
    ],
    ['repurchase_overdue', 'nudge', { ...silence, factor: 1, isNudge: true }, '{天数}', '92'],
    ['new_member', 'first', { joined: '2026-11-20', step: 2 }, '{入会日}', '11 月 20 日'],
    ['new_member', 'next', { joined: '2026-11-19', step: 3 }, '{入会日}', '11 月 19 日'],
    ['new_member', 'next', { joined: '2026-11-17', step: 5 }, '{入会日}', '11 月 17 日'],
    ['new_member', 'later', { joined: '2026-11-16', step: 6 }, '{入会日}', '11 月 16 日'],
    [
      'first_purchase_thanks',
      'any',
      { paidOn: '2026-11-21', thankBy: '2026-11-23 15:20' },
      '{首单日}',
      '11 月 21 日',
    ],
    ['churn_warning', 'warning', churn, '{上次到店} {天数}', '8 月 22 日 92'],
    ['churn_warning', 'leaning', { ...churn, step: 'leaning' }, '{天数}', '92'],
    ['churn_warning', 'lost', { ...churn, step: 'lost' }, '{天数}', '92'],
    [
      'churn_warning',
      'occasion',
      { ...churn, step: 'lost', occasion: { name: 'birthday', day: '2026-11-25' } },
      '{节日}快乐',
      '生日快乐',
    ],
    [
      'tier_up',
      'any',
      { day: '2026-11-21', before: 'bronze', after: 'silver', names: tiers },
      '{原等级}到{新等级}',
      '铜卡到银卡',
    ],
    [
      'tier_keep',
      'any',
      keep,
      '{保级等级} {保级日} 差 {差额}',
      '银 12 月 1 日 差 ¥320 和 2 次购买',
    ],
    ['vip_care', 'any', { spendFen: 1, topPercent: 10, quietDays: 30 }, '{常买|好物}', '茶具'],
    ['festival', 'any', { festival: 'mid_autumn', day: '2026-11-23' }, '{节日}', '中秋节'],
    ['follow_up', 'any', {}, '{门店}{导购}，{等级}', '静安店小王，金'],
  ])('%s, %s: %o reads', (kind, situation, facts, text, filled) => {
    expect(told(kind, facts, saved(situation, text))).toEqual({
      text: filled,
      templateId: 'mine',
      variant: 'B',
    })
  })
})

describe('the words of a task', () => {
  const birthday = { day: today, md: 1122, lunar: false, daysUntil: 0 }

  it('are what ships until somebody saves others, and say so', () => {
    expect(told('birthday', birthday)).toEqual({
      text: '张女士，生日快乐！愿您新的一岁平安喜乐、事事顺心。有空来店里坐坐。——小王',
      templateId: 'birthday.day',
      variant: 'A',
    })
  })

  it('are what ships where a saved one has nothing to stand for a variable', () => {
    const nobody = { ...names, mainCategory: null }
    const { text, templateId } = told('birthday', birthday, saved('day', '{常买}'), nobody)

    expect(text).toMatch(/^张女士，生日快乐/)
    expect(templateId).toBeNull()
  })

  it('are a plain greeting where an older version stored other facts', () => {
    expect(told('birthday', { when: 'soon' })).toEqual({
      text: '张女士，最近都好吗？有什么需要随时找我，我替您留心着。——小王',
      templateId: null,
      variant: null,
    })
  })

  it('of an assignment are its own, which no template stands for', () => {
    const facts = {
      assignmentId: '1',
      title: '回访',
      instruction: '请联系',
      by: '店长',
      words: '{称呼}，{门店}上新了',
    }
    expect(told('follow_up', facts, saved('any', '别的'))).toEqual({
      text: '张女士，静安店上新了',
      templateId: null,
      variant: null,
    })
  })
})

describe('the welcome', () => {
  const end = '想看的商品、到店活动、会员权益，随时问我。不想收到消息，跟我说一声就好。'
  it.each([
    ['小王', '静安店', `您好，我是静安店的小王。${end}`],
    ['小王', null, `您好，我是您的专属导购小王。${end}`],
    [null, '静安店', `您好，我是静安店的导购。${end}`],
    [null, null, `您好，很高兴认识您。${end}`],
  ])('of %s of %s', (guideName, storeName, text) => {
    expect(welcomeWords({ guideName, storeName }, [], 'wm1')).toBe(text)
  })

  it('is the store’s own where it has one', () => {
    const facts = { guideName: '小王', storeName: '静安店' }
    expect(welcomeWords(facts, saved('store', '{导购}在{门店}等您'), 'wm1')).toBe(
      '小王在静安店等您',
    )
  })
})
