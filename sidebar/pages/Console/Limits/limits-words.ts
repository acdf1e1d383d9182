import type { ContactLimits } from '../../../../domain/contact-limits.ts'
import type { HoldReason } from '../../../../domain/words.ts'
import { usePageWords } from '../page-words.ts'

/** A part of the limits: its title, and a sentence with its numbers as fields. */
type Part = Record<'title' | 'sentence', string>

/** The words of the limits of contact, in both languages; a word that one of them lacks fails the type check. */
const zhCN = {
  title: '联系上限',
  about:
    '少而准，客户才愿意看。所有规则、派单和导购自己发的都算在一起；超出的先等着，到时候自己补上。',
  readOnly: '由总部设置，对所有门店一样。',
  own: '目前用的是推荐值。',
  parts: {
    touches: {
      title: '每位客户',
      sentence:
        '一天最多联系 {touchesDay} 次，7 天最多 {touchesWeek} 次，30 天最多 {touchesMonth} 次，不论哪位导购。系统每天最多提醒一件，其余留给导购自己联系。',
    },
    others: {
      title: '换导购',
      sentence: '一位导购联系过后，其他导购要隔 {otherGuideHours} 小时。',
    },
    quiet: {
      title: '休息时间',
      sentence: '晚上 {quietFromHour} 点到早上 {quietUntilHour} 点不打扰客户。',
    },
    guides: {
      title: '每位导购',
      sentence: '每天最多派 {tasksDay} 个新任务，多的按优先级排到第二天。',
    },
  } satisfies Record<string, Part> as Record<string, Part>,
  always: '客户说过「不再联系」的，永远不会派，改这里也不会变。',
  labels: {
    touchesDay: '一天最多次数',
    touchesWeek: '7 天最多次数',
    touchesMonth: '30 天最多次数',
    otherGuideHours: '换导购间隔（小时）',
    quietFromHour: '休息开始（点）',
    quietUntilHour: '休息结束（点）',
    tasksDay: '每天新任务',
  } satisfies Record<keyof ContactLimits, string> as Record<keyof ContactLimits, string>,
  problem: (label: string, remedy: string) => `${label}：请填${remedy}。`,
  dryRunAbout: '用这些数字把下一个早上算一遍，什么都不会写下。',
  stale: '数字又改过了，请再试算一次。',
  result: (day: string) => `${day} 早上，按这些数字会派多少`,
  created: '新任务',
  guides: '有新任务的导购',
  held: '先等着的',
  beforeIs: (n: string) => `现在：${n}`,
  why: '为什么先等着',
  reason: '原因',
  now: '现在',
  after: '保存后',
  reasons: {
    customer_day: '客户当天已有任务或刚联系过',
    customer_week: '7 天内联系够了',
    customer_month: '30 天内联系够了',
    other_guide: '别的导购刚联系过',
    guide_day: '导购今天的新任务满了',
    no_consent: '客户不愿被联系',
    no_relation: '没有导购能联系上',
    quiet_hours: '休息时间',
  } satisfies Record<HoldReason, string> as Record<HoldReason, string>,
  saved: (version: number) => `已保存为第 ${version} 版，现在起按它来。`,
  leave: '联系上限还没有保存，确定离开吗？',
}

export type LimitsWords = typeof zhCN

const en: LimitsWords = {
  title: 'Limits of contact',
  about:
    'Few and fitting is what people read. All rules, assignments and what guides write themselves count together; what is over waits, and comes when there is room.',
  readOnly: 'Headquarters set them, for all stores alike.',
  own: 'These are the recommended numbers.',
  parts: {
    touches: {
      title: 'Each customer',
      sentence:
        'Reached at most {touchesDay} times a day, {touchesWeek} times in 7 days, {touchesMonth} times in 30 days, by whichever guide. One reminder a day comes from here; the rest is left to the guide.',
    },
    others: {
      title: 'Another guide',
      sentence: 'After one guide wrote, others wait {otherGuideHours} hours.',
    },
    quiet: {
      title: 'Quiet hours',
      sentence: 'Nobody is disturbed from {quietFromHour} o’clock to {quietUntilHour} o’clock.',
    },
    guides: {
      title: 'Each guide',
      sentence: 'Gets at most {tasksDay} new tasks a day; the rest wait by priority.',
    },
  },
  always: 'Whoever said “no more” is never contacted; nothing here changes that.',
  labels: {
    touchesDay: 'Most a day',
    touchesWeek: 'Most in 7 days',
    touchesMonth: 'Most in 30 days',
    otherGuideHours: 'Hours before another guide',
    quietFromHour: 'Quiet from (hour)',
    quietUntilHour: 'Quiet until (hour)',
    tasksDay: 'New tasks a day',
  },
  problem: (label, remedy) => `${label}: write ${remedy}.`,
  dryRunAbout: 'Works out the next morning with these numbers; nothing is written.',
  stale: 'The numbers have changed since: try again.',
  result: (day) => `The morning of ${day} with these numbers`,
  created: 'New tasks',
  guides: 'Guides who get any',
  held: 'Waiting',
  beforeIs: (n) => `now: ${n}`,
  why: 'Why they wait',
  reason: 'Reason',
  now: 'Now',
  after: 'After',
  reasons: {
    customer_day: 'the customer has a task today, or was just reached',
    customer_week: 'reached often enough in 7 days',
    customer_month: 'reached often enough in 30 days',
    other_guide: 'another guide has just written',
    guide_day: 'the guide’s day is full',
    no_consent: 'the customer wants no contact',
    no_relation: 'no guide can write to them',
    quiet_hours: 'quiet hours',
  },
  saved: (version) => `Saved as version ${version}; it holds from now on.`,
  leave: 'The limits of contact are not saved. Leave all the same?',
}

export const LIMITS_WORDS = { 'zh-CN': zhCN, en }

/** Those words in the language the page is shown in. */
export function useLimitsWords(): LimitsWords {
  return usePageWords(LIMITS_WORDS)
}
