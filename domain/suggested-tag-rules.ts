import type { CustomerFilter } from './customer-filter.ts'
import type { Lang, TagDimension } from './words.ts'

/** A tag rule that headquarters may take over: nothing of it holds before. */
export interface SuggestedTagRule {
  /** names it for programs */
  key: string
  dimension: TagDimension
  /** what tag and rule may be called */
  name: Record<Lang, string>
  filter: CustomerFilter
  /** whom it tags, in one sentence */
  about: Record<Lang, string>
}

/** Rules over the four dimensions that most chains can begin with (domain-rules 13); their numbers are a start. */
export const SUGGESTED_TAG_RULES: readonly SuggestedTagRule[] = [
  {
    key: 'new_customer',
    dimension: 'lifecycle',
    name: { 'zh-CN': '新客', en: 'New' },
    filter: { stage: ['new'] },
    about: {
      'zh-CN': '入会 30 天内，最多买过 1 天。',
      en: 'Joined within 30 days, bought on one day at most.',
    },
  },
  {
    key: 'sleeping',
    dimension: 'lifecycle',
    name: { 'zh-CN': '沉睡', en: 'Sleeping' },
    filter: { stage: ['sleeping'] },
    about: {
      'zh-CN': '超过平时节奏的 1.5 倍没来，还没到流失预警。',
      en: 'Not seen for more than 1.5 times their rhythm, no churn warning yet.',
    },
  },
  {
    key: 'at_risk',
    dimension: 'lifecycle',
    name: { 'zh-CN': '流失风险', en: 'At risk' },
    filter: { stage: ['at_risk'] },
    about: {
      'zh-CN': '三个月没来，或者连续两次复核都降了级。',
      en: 'Not seen for three months, or fell a tier at two reviews in a row.',
    },
  },
  {
    key: 'large_orders',
    dimension: 'consumption',
    name: { 'zh-CN': '高客单', en: 'Large orders' },
    filter: { and: [{ orders365: { min: 2 } }, { averageOrder: { min: 50_000 } }] },
    about: {
      'zh-CN': '近一年至少 2 单，平均每单 500 元以上。',
      en: 'At least 2 orders in a year, ¥500 an order or more.',
    },
  },
  {
    key: 'frequent',
    dimension: 'consumption',
    name: { 'zh-CN': '高频', en: 'Frequent' },
    filter: { purchaseDays365: { min: 12 } },
    about: { 'zh-CN': '近一年来买过 12 天以上。', en: 'Bought on 12 days or more in a year.' },
  },
  {
    key: 'many_points',
    dimension: 'behaviour',
    name: { 'zh-CN': '积分多', en: 'Many points' },
    filter: { points: { min: 10_000 } },
    about: {
      'zh-CN': '有 10000 以上的积分可以用。',
      en: 'Has 10,000 points or more to spend.',
    },
  },
  {
    key: 'coupon_ending',
    dimension: 'behaviour',
    name: { 'zh-CN': '有券快到期', en: 'Coupon ending' },
    filter: { coupon: { expiresWithinDays: 7 } },
    about: { 'zh-CN': '有券 7 天内到期。', en: 'Has a coupon that ends within 7 days.' },
  },
  {
    key: 'by_mini_program',
    dimension: 'source',
    name: { 'zh-CN': '小程序来客', en: 'By mini program' },
    filter: { source: ['小程序'] },
    about: {
      'zh-CN': '系统里登记的来源是“小程序”。',
      en: 'The chain’s systems say they came by the mini program.',
    },
  },
]
