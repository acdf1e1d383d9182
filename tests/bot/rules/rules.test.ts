import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kindLabel, renderAdvice, renderReason, ruleOf } from '../../../bot/rules/registry.ts'
import { dueDays, type KnownCustomer } from '../../../bot/rules/rule.ts'
import { renderWords } from '../../../bot/words/suggest-words.ts'
import { addDays } from '../../../domain/business-day.ts'
import { FESTIVAL_CODES } from '../../../domain/festival-list.ts'
import { CHURN_STEPS } from '../../../domain/lifecycle.ts'
import { CYCLE_SOURCES, LANGS, RULE_KINDS, type RuleKind } from '../../../domain/words.ts'

const coupon = (name: string, expiresOn: string, days: number) => ({
  couponNo: `C-${name}`,
  name,
  faceValueFen: 5000,
  discount: null,
  minSpendFen: 20_000,
  expiresOn,
  days,
})
const FACTS: Record<RuleKind, object> = {
  birthday: { day: '2026-11-24', md: 1016, lunar: true, daysUntil: 2 },
  coupon_expiring: {
    coupons: [coupon('满200减50', '2026-11-25', 3), coupon('九折券', '2026-11-29', 7)],
    firstExpiresOn: '2026-11-25',
    lastExpiresOn: '2026-11-29',
  },
  points_expiring: {
    lots: [
      { points: 320, expiresOn: '2026-11-29', days: 7 },
      { points: 200, expiresOn: '2026-12-22', days: 30 },
    ],
    points: 520,
    firstExpiresOn: '2026-11-29',
    lastExpiresOn: '2026-12-22',
  },
  repurchase_overdue: {
    lastPurchase: '2026-10-22',
    cycleDays: 15,
    cycleSource: 'own',
    daysSince: 31,
    factor: 2.07,
  },
  new_member: { joined: '2026-11-19', step: 3 },
  first_purchase_thanks: { paidOn: '2026-11-21', thankBy: '2026-11-23 15:20' },
  churn_warning: {
    step: 'warning',
    lastOrder: 'O-1',
    lastPurchase: '2026-08-22',
    daysSince: 92,
    cycleDays: 20,
    cycleSource: 'own',
    fallingReviews: 0,
    occasion: null,
  },
  tier_up: { day: '2026-11-21', before: 'bronze', after: 'silver' },
  tier_keep: {
    tier: 'silver',
    reviewDay: '2026-12-04',
    spendFen: 32_000,
    orders: 2,
    purchaseDays: 0,
    referrals: 0,
  },
  vip_care: { spendFen: 1_230_000, topPercent: 10, quietDays: 30 },
  festival: { festival: 'mid_autumn', day: '2026-11-23' },
}
const today = '2026-11-22'
const LONG = { 'zh-CN': '至尊黑金钻石终身荣誉会员', en: 'Black Diamon' }
const OCCASIONS = ['birthday', ...FESTIVAL_CODES]

describe('reasons', () => {
  it.each([
    ['birthday', {}, '后天 11 月 24 日生日（农历十月十六）。'],
    ['birthday', { day: '2026-11-22', lunar: false, md: 1122 }, '今天 11 月 22 日生日。'],
    [
      'coupon_expiring',
      {},
      '2 张券快到期：「满200减50」3 天后 11 月 25 日到期，最晚的 11 月 29 日。',
    ],
    [
      'coupon_expiring',
      { coupons: [coupon('满200减50', '2026-11-23', 1)], firstExpiresOn: '2026-11-23' },
      '「满200减50」明天 11 月 23 日到期。',
    ],
    [
      'points_expiring',
      {},
      '520 积分快到期：320 积分 7 天后 11 月 29 日到期，最晚的 12 月 22 日。',
    ],
    [
      'points_expiring',
      { points: 320, lastExpiresOn: '2026-11-29' },
      '320 积分 7 天后 11 月 29 日到期。',
    ],
    [
      'points_expiring',
      { points: 9, firstExpiresOn: '2026-11-22', lastExpiresOn: '2026-11-22' },
      '9 积分今天 11 月 22 日到期。',
    ],
    ['repurchase_overdue', {}, '通常 15 天来一次，已经 31 天没来（2.1 倍）。'],
    [
      'repurchase_overdue',
      { cycleSource: 'store', cycleDays: 10 },
      '本店客人通常 10 天来一次，已经 31 天没来（3.1 倍）。',
    ],
    ['new_member', {}, '11 月 19 日入会，第 3 天了，还没下过单。'],
    ['first_purchase_thanks', {}, '11 月 21 日第一次下单，11 月 23 日 15:20 前道声谢。'],
    ['churn_warning', {}, '通常 20 天来一次，已经 92 天没来，有流失风险。'],
    ['churn_warning', { fallingReviews: 2 }, '已经 92 天没来，等级连降 2 次，有流失风险。'],
    [
      'churn_warning',
      { step: 'leaning', cycleDays: null, cycleSource: null },
      '已经 92 天没来，正在走远。',
    ],
    [
      'churn_warning',
      { step: 'lost', occasion: { name: 'birthday', day: '2026-11-25' } },
      '已经 92 天没来，3 天后 11 月 25 日生日，借这天问候一声。',
    ],
    ['tier_up', {}, '11 月 21 日从铜卡升到银卡。'],
    [
      'tier_up',
      {
        names: { before: { 'zh-CN': '乐享', en: 'Joy' }, after: { 'zh-CN': '尊享', en: 'Noble' } },
      },
      '11 月 21 日从乐享卡升到尊享卡。',
    ],
    [
      'tier_keep',
      { tierName: { 'zh-CN': '尊享', en: 'Noble' }, spendFen: 0, orders: 0, points: 300 },
      '12 天后尊享卡可能降级，还差 300 积分。',
    ],
    ['tier_keep', {}, '12 天后银卡可能降级，还差 ¥320 和 2 次购买。'],
    [
      'tier_keep',
      { reviewDay: '2026-11-23', spendFen: 0, purchaseDays: 1 },
      '明天银卡可能降级，还差 2 次购买和 1 个购买日。',
    ],
    [
      'tier_keep',
      { tier: 'gold', spendFen: 0, orders: 0, purchaseDays: 0, referrals: 1 },
      '12 天后金卡可能降级，还差 1 位推荐的新客。',
    ],
    ['vip_care', {}, '近一年消费 ¥12,300，排在前 10%，30 天没人联系过了。'],
    ['festival', {}, '明天 11 月 23 日中秋节。'],
  ] as const)('of %s with %o read: %s', (kind, change, sentence) => {
    expect(renderReason(kind, { ...FACTS[kind], ...change }, 'zh-CN', today)).toBe(sentence)
  })

  it('stay true when they are read later', () => {
    expect(renderReason('birthday', FACTS.birthday, 'zh-CN', '2026-11-23')).toMatch(
      /^明天 11 月 24 日/,
    )
    expect(renderReason('birthday', FACTS.birthday, 'zh-CN')).toMatch(/^11 月 24 日生日/)
    expect(
      renderReason('repurchase_overdue', FACTS.repurchase_overdue, 'zh-CN', '2026-11-24'),
    ).toBe('通常 15 天来一次，已经 33 天没来（2.2 倍）。')
    expect(renderReason('new_member', FACTS.new_member, 'zh-CN')).toBe(
      '11 月 19 日入会，还没下过单。',
    )
  })

  it('speak English too', () => {
    expect(RULE_KINDS.map((kind) => renderReason(kind, FACTS[kind], 'en', today))).toEqual([
      'Birthday in 2 days (24 Nov), 16/10 by the Chinese calendar.',
      '2 coupons are ending: the first, “满200减50”, in 3 days (25 Nov), the last on 29 Nov.',
      '520 points are ending: 320 in 7 days (29 Nov), the last on 22 Dec.',
      'Usually comes every 15 days; not seen for 31 days (2.1×).',
      'Joined 3 days ago (19 Nov), no order yet.',
      'First purchase on 21 Nov; thank them before 23 Nov 15:20.',
      'Usually comes every 20 days; not seen for 92 days: may be leaving.',
      'Rose from Bronze to Silver on 21 Nov.',
      'Silver may be lost in 12 days; ¥320 and 2 purchases short.',
      'Spent ¥12,300 in a year (top 10%); nobody wrote for 30 days.',
      'Mid-Autumn tomorrow (23 Nov).',
    ])
  })

  it('fall back to the kind for facts of a shape that an older version stored', () => {
    expect(renderReason('birthday', { old: true }, 'zh-CN')).toBe('生日')
    expect(renderReason('a_later_kind', {}, 'zh-CN')).toBe('a_later_kind')
    expect(kindLabel('a_later_kind', 'zh-CN')).toBe('a_later_kind')
  })
})

describe('why somebody is not due', () => {
  const nobody: KnownCustomer = {
    birthday: null,
    joinedDay: null,
    purchaseDays: 0,
    lastPurchaseDay: null,
    cycle: null,
    nextCoupon: null,
    nextPoints: null,
  }
  const own = (days: number) => ({ days, source: 'own' as const })

  it.each<[RuleKind, Partial<KnownCustomer>, string]>([
    ['new_member', {}, '还不是会员。'],
    ['new_member', { purchaseDays: 1 }, '已经下过单了。'],
    ['new_member', { joinedDay: '2026-11-20' }, '11 月 23 日（入会第 3 天）提醒。'],
    ['new_member', { joinedDay: '2026-11-15' }, '入会 7 天了，过了激活期。'],
    ['first_purchase_thanks', {}, '还没有买过。'],
    ['first_purchase_thanks', { purchaseDays: 1 }, '只在首单后 48 小时内、下单次日起提醒。'],
    ['churn_warning', {}, '还没有买过，谈不上流失。'],
    [
      'churn_warning',
      { lastPurchaseDay: '2026-11-02', cycle: own(20) },
      '20 天前来过，到 2 月 2 日还没来才预警。',
    ],
    [
      'churn_warning',
      { lastPurchaseDay: '2026-08-22', cycle: own(45) },
      '已经 92 天没来，先等「该复购了」的任务见效。',
    ],
    [
      'churn_warning',
      { lastPurchaseDay: '2025-11-21' },
      '已经 366 天没来，等到对 TA 重要的日子再问候，只问候一次。',
    ],
    ['churn_warning', { lastPurchaseDay: '2024-11-21' }, '已经 731 天没来，超过两年不再打扰。'],
    [
      'repurchase_overdue',
      { lastPurchaseDay: '2026-08-22', cycle: own(20) },
      '已经 92 天没来，改由「流失预警」来提醒。',
    ],
    [
      'repurchase_overdue',
      { lastPurchaseDay: '2026-11-03', cycle: own(20) },
      '通常 20 天来一次，才过 19 天；12 月 13 日（2 倍）还没来才提醒。',
    ],
    [
      'repurchase_overdue',
      { lastPurchaseDay: '2026-11-02', cycle: own(20) },
      '通常 20 天来一次，已过 20 天；12 月 12 日（2 倍）还没来才提醒。',
    ],
    ['points_expiring', {}, '没有会到期的积分。'],
    [
      'points_expiring',
      { nextPoints: { points: 320, expiresOn: '2027-01-31' } },
      '最早到期的是 320 积分，70 天后 1 月 31 日；到期前 30、7 天提醒。',
    ],
    ['tier_up', {}, '最近 8 天没有升级；升级后的第二天会提醒。'],
    ['tier_keep', {}, '没有会掉的等级，或者下次复核时保得住；保不住的话，复核前 30 天起提醒。'],
    ['vip_care', {}, '还没有买过。'],
    [
      'vip_care',
      { lastPurchaseDay: '2026-11-02' },
      '近一年的消费没有排进前 10%，或者 30 天内已经有人联系过。',
    ],
    ['festival', {}, '节日问候只发给近一年买过的客人。'],
    [
      'festival',
      { lastPurchaseDay: '2026-11-02' },
      '下一个节日是春节，76 天后 2 月 6 日；提前 1 天提醒。',
    ],
  ])('by %s, of %o, reads: %s', (kind, known, sentence) => {
    const rule = ruleOf(kind)

    expect(rule.notDue({ ...nobody, ...known }, rule.defaults, 'zh-CN', today)).toBe(sentence)
  })

  it('names a task that would end before it is due', () => {
    const kinds = RULE_KINDS.filter((kind) => 'diesDays' in ruleOf(kind).defaults)

    for (const kind of kinds) {
      const rule = ruleOf(kind)
      const findings = rule.lint({ ...rule.defaults, dueDays: 9, diesDays: 7 }, 'en')
      expect(findings).toMatchObject([{ code: 'dies_before_due', field: 'diesDays' }])
    }
    expect(kinds).toContain('churn_warning')
  })
})

describe('words', () => {
  const names = { customerName: '张女士', guideName: '王小明', storeName: '中山路店' }

  it('read as a person writes', () => {
    expect(RULE_KINDS.map((kind) => renderWords(kind, FACTS[kind], names))).toMatchInlineSnapshot(`
      [
        "张女士，您的生日快到啦，先祝您生日快乐！哪天有空来店里，我陪您慢慢挑。——王小明",
        "张女士，您有 2 张券快到期，最早 11 月 25 日。哪天方便来店里，我帮您一起用上。——王小明",
        "张女士，您有 320 积分 11 月 29 日到期，别白白放过了。哪天方便来店里，我帮您一起用上。——王小明",
        "张女士，好一阵没见您了，最近都好吗？哪天有空来店里看看，我帮您挑合适的。——王小明",
        "张女士，这几天还没好好招呼您。平时喜欢什么样的？告诉我，我先替您挑几款看看。——王小明",
        "张女士，谢谢您第一次在我们家下单！用着有什么问题、想了解的，随时告诉我。——王小明",
        "张女士，好久不见，最近都好吗？店里添了不少新东西，想着您会喜欢，有空来坐坐。——王小明",
        "张女士，恭喜您升级为银卡会员！谢谢您一直以来的信任，新权益我慢慢讲给您听。——王小明",
        "张女士，您的银卡 12 月 4 日要重新评定了，我帮您看看怎么留住，想买什么告诉我。——王小明",
        "张女士，好一阵没跟您聊了，最近都好吗？有什么需要，随时找我，我替您留心着。——王小明",
        "张女士，中秋节快乐！愿您和家人平安顺遂，忙里也记得歇一歇。——王小明",
      ]
    `)
  })

  it('greet somebody whose name is not known', () => {
    const words = renderWords('birthday', FACTS.birthday, { ...names, customerName: null })

    expect(words).toMatch(/^您好，您的生日快到啦/)
  })

  it('wish a happy birthday on the day itself', () => {
    const words = renderWords('birthday', { ...FACTS.birthday, daysUntil: 0 }, names)

    expect(words).toMatch(/^张女士，生日快乐！/)
  })

  it.each(['tier_up', 'tier_keep'] as const)('of %s have room for the longest names', (kind) => {
    const facts = { ...FACTS[kind], tierName: LONG, names: { before: LONG, after: LONG } }
    const people = { customerName: 'Maximilian Alexander', guideName: 'Bartholomew' }
    for (const lang of LANGS) {
      for (const reviewDay of ['2026-12-01', '2026-11-22']) {
        const words = renderWords(kind, { ...facts, reviewDay }, { ...names, ...people }, lang)
        expect(words).toContain(LONG[lang])
        expect(words.length).toBeLessThanOrEqual(80)
      }
    }
  })

  it('are at most 80 characters, advice at most 30, whatever the names are', () => {
    const anyName = fc.string({ unit: 'grapheme', maxLength: 60 })
    fc.assert(
      fc.property(
        fc.constantFrom(...RULE_KINDS),
        fc.constantFrom(...LANGS),
        anyName,
        anyName,
        anyName,
        fc.constantFrom(...CYCLE_SOURCES),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: FESTIVAL_CODES.length }),
        fc.integer({ min: 1, max: 2 ** 31 }),
        (kind, lang, customerName, guideName, couponName, cycleSource, daysUntil, step, points) => {
          const one = [coupon(couponName, '2026-11-25', 3)]
          const facts = {
            ...FACTS[kind],
            // a chain's own tiers have names of at most 12 characters
            ...(daysUntil > 1 && { tierName: LONG, names: { before: LONG, after: LONG } }),
            cycleSource,
            daysUntil,
            step: kind === 'churn_warning' ? CHURN_STEPS[step % 3] : step,
            occasion: daysUntil > 1 ? { name: OCCASIONS[step], day: '2026-11-25' } : null,
            points,
            lots: [{ points, expiresOn: '2026-11-29', days: 7 }],
            coupons: daysUntil > 1 ? one : [...one, ...one],
          }
          const words = renderWords(kind, facts, { ...names, customerName, guideName }, lang)
          expect(words.length).toBeLessThanOrEqual(80)
          expect(words.length).toBeGreaterThan(10)
          expect(words.isWellFormed()).toBe(true)
          expect(renderAdvice(kind, facts, lang).length).toBeLessThanOrEqual(30)
        },
      ),
    )
  })
})

describe('dueDays', () => {
  it('points from the scanned day to the days of its steps', () => {
    const window = { day: today, since: '2026-11-21' }

    expect(dueDays(window, [7, 3, 1])).toEqual(['2026-11-23', '2026-11-25', '2026-11-29'])
  })

  it('takes in the steps of missed nights, never a day that is over', () => {
    const window = { day: today, since: '2026-11-19' }

    expect(dueDays(window, [3, 0])).toEqual([
      '2026-11-22',
      '2026-11-23',
      '2026-11-24',
      '2026-11-25',
    ])
  })

  it('finds each step once, whichever nights are missed', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 30, max: 40 }),
        (offsets, step) => {
          const nights = offsets.sort((a, b) => a - b).map((n) => addDays('2026-11-01', n))
          const [first = today] = nights
          const last = nights.at(-1) ?? today

          const found = nights.flatMap((day, i) => {
            const since = nights[i - 1] ?? addDays(day, -1)
            return dueDays({ day, since }, [step])
          })

          const every: string[] = []
          for (let day = first; day <= last; day = addDays(day, 1)) every.push(addDays(day, step))
          expect(found).toEqual(every)
        },
      ),
    )
  })
})
