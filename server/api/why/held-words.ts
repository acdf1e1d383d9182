import type { HoldReason, Lang } from '../../../domain/words.ts'

/** Why somebody is not contacted now, as a phrase. */
export const HELD: Record<HoldReason, Record<Lang, string>> = {
  no_consent: { 'zh-CN': '客户说过不再联系', en: 'The customer asked for no more messages' },
  no_relation: {
    'zh-CN': '没有哪位在岗的导购是 TA 的企业微信好友',
    en: 'No guide at work is connected with them',
  },
  customer_day: {
    'zh-CN': '一天只提醒一件，先提醒了更要紧的',
    en: 'One reminder a day: a more pressing one came first',
  },
  customer_week: {
    'zh-CN': '最近 7 天联系够了',
    en: 'They were contacted often enough within 7 days',
  },
  customer_month: {
    'zh-CN': '最近 30 天联系够了',
    en: 'They were contacted often enough within 30 days',
  },
  other_guide: {
    'zh-CN': '别的导购刚联系过',
    en: 'Another guide has just contacted them',
  },
  guide_day: {
    'zh-CN': '导购当天的任务已经排满',
    en: 'The guide’s list of the day is full',
  },
  quiet_hours: { 'zh-CN': '现在是休息时间', en: 'These are quiet hours' },
}
