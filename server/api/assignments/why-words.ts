import { dayText } from '../../../domain/day-words.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import type { DismissReason, HoldReason, Lang } from '../../../domain/words.ts'
import { HELD } from '../why/held-words.ts'

/** Why an assignment's customer has no task, or their task ended without the guide's doing it; more than limits say. */
const WORDS: Record<string, Record<Lang, string>> = {
  ...HELD,
  customer_day: {
    'zh-CN': '今天已经联系过，或已有别的任务',
    en: 'They were contacted today, or have another task',
  },
  guide_limit: {
    'zh-CN': '已达到每位导购的上限',
    en: 'Their guide has as many as you allowed',
  },
  guide_left: {
    'zh-CN': '导购已离开，没有别的同事能接手',
    en: 'Their guide left, and nobody else may take over',
  },
  called_off: { 'zh-CN': '派单已取消', en: 'The assignment was called off' },
  relation_ended: { 'zh-CN': '好友关系已解除', en: 'They are not connected any more' },
  no_more: { 'zh-CN': '客户不希望被打扰', en: 'The customer asked for no more messages' },
  merged: {
    'zh-CN': '和同一位客户的另一条记录合并了',
    en: 'Merged with the same customer’s other record',
  },
  ...({
    not_now: { 'zh-CN': '导购说：现在不合适', en: 'The guide says: not now' },
    already_talked: { 'zh-CN': '导购说：已经聊过了', en: 'The guide says: talked already' },
    wrong_person: { 'zh-CN': '导购说：不是我的客户', en: 'The guide says: not my customer' },
    not_suitable: { 'zh-CN': '导购说：不适合这位客户', en: 'The guide says: not suitable' },
    other: { 'zh-CN': '导购说：其他原因', en: 'The guide says: another reason' },
  } satisfies Record<DismissReason, Record<Lang, string>>),
} satisfies Record<HoldReason, Record<Lang, string>> & Record<string, Record<Lang, string>>

/**
 * A reason as a phrase; null for none, its code for one that a later version wrote.
 *
 * @param until the next day it is tried, where it is
 */
export function whyText(why: string | null, until: BusinessDay | null, lang: Lang): string | null {
  if (why === null) return null
  const words = WORDS[why]?.[lang] ?? why
  if (until === null) return words
  return lang === 'en'
    ? `${words}; tried again on ${dayText(until, lang)}`
    : `${words}，${dayText(until, lang)}再试`
}
