import { describe, expect, it } from 'vitest'
import { tagWhy } from '../../domain/tag-evidence.ts'

const tag = { rule: '高价值客户', version: 2, day: '2026-11-22' }

describe('tagWhy', () => {
  it.each<[Record<string, unknown>, string, string]>([
    [{ spend365Fen: 123_450 }, '近一年消费 ¥1,234.50', 'spent ¥1,234.50 in a year'],
    [{ orders365: 1 }, '近一年 1 单', '1 order in a year'],
    [{ purchaseDays365: 2 }, '近一年来买过 2 天', 'bought on 2 days in a year'],
    [{ averageOrderFen: 9_900 }, '平均每单 ¥99', '¥99 an order'],
    [
      { lastPurchase: '2026-10-23', daysSince: 30, cycleDays: 14.5 },
      '上次购买 10 月 23 日，当时已 30 天没买，平时约 14.5 天买一次',
      'last bought 23 Oct, 30 days before, usually every 14.5 days',
    ],
    [{ pAlive: 0.12 }, '还会再来的可能 12%', '12% likely to come back'],
    [{ expected90: 1.5 }, '90 天内预计再来 1.5 天', '1.5 purchase days expected in 90 days'],
    [{ tier: 'silver' }, '银等级', 'tier Silver'],
    [{ tier: { code: 'vip', 'zh-CN': '贵宾', en: 'VIP' } }, '贵宾等级', 'tier VIP'],
    [{ rfm: '111' }, '重要价值', 'Champions'],
    [{ five: 'high_value' }, '高频价值', 'High value'],
    [{ stage: 'at_risk' }, '有流失风险', 'At risk'],
    [{ joined: '2026-11-20' }, '11 月 20 日入会', 'joined 20 Nov'],
    [{ couponDay: '2026-11-24' }, '有券 11 月 24 日到期', 'a coupon ends 24 Nov'],
    [
      { points: 3200, source: '小程序' },
      '有 3200 积分可用，来自小程序',
      '3200 points to spend, came by 小程序',
    ],
    [{ store: 'S1', region: '华东' }, '门店 S1，华东区域', 'store S1, region 华东'],
    [{ tags: ['孕期', '母婴'] }, '有标签孕期、母婴', 'has 孕期, 母婴'],
    [{ consent: 'none' }, '不希望被联系', 'wants no messages'],
  ])('says %j', (facts, zh, en) => {
    expect(tagWhy({ ...tag, facts }, 'zh-CN')).toBe(
      `规则「高价值客户」第 2 版于 11 月 22 日自动打上：${zh}。`,
    )
    expect(tagWhy({ ...tag, facts }, 'en')).toBe(
      `Put on by rule “高价值客户”, version 2, on 22 Nov: ${en}.`,
    )
  })

  it.each([{}, { unheardOf: 1 }, { stage: 'nonsense' }, { spend365Fen: null }])(
    'says the rule alone where it knows no words for %j',
    (facts) => {
      expect(tagWhy({ ...tag, facts }, 'zh-CN')).toBe(
        '规则「高价值客户」第 2 版于 11 月 22 日自动打上。',
      )
    },
  )
})
