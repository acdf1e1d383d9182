import { DateTime } from 'luxon'
import type { TaskState } from '../../../domain/words.ts'
import { fitCard, type TemplateCard } from './template-card.ts'

/** What became of a task. */
export interface ClosedFacts {
  state: TaskState
  closing: string | null
  closeReason: string | null
  snoozedUntil: Date | null
  /** name of who did it; null for the system */
  by: string | null
  at: Date
  /** the task goes on, and a fresher card of it has been sent */
  newer?: boolean
  /** the task goes on with somebody else: their name */
  handedTo?: string
}

/** Why a task ended without the guide, as its card says it. */
const CANCELLED: Record<string, string> = {
  order_arrived: '客户已下单，任务自动取消',
  order_refunded: '订单有变化，任务自动取消',
  coupon_used: '优惠券已用，任务自动取消',
  contacted: '已有同事联系过客户，任务自动取消',
  tier_safe: '等级已经保住，任务自动取消',
  points_gone: '这些积分已经没有了，任务自动取消',
  superseded: '已并入新的任务',
  merged: '同一位客户的重复任务，已合并',
  relation_ended: '好友关系已解除，任务自动取消',
  called_off: '这次派单已取消',
  guide_left: '导购已离开，任务取消',
  no_more: '客户不希望被打扰，任务取消',
}

/** What a card's one grey button says after its task changed; a button holds ten characters. */
export function closedWord(facts: ClosedFacts): string {
  if (facts.state === 'done') return '已完成'
  if (facts.state === 'dismissed') return '不合适'
  if (facts.state === 'expired') return '已过期'
  if (facts.state === 'cancelled') return '已取消'
  if (facts.newer) return '见新卡片'
  if (facts.handedTo !== undefined) return '已交接'
  return facts.snoozedUntil ? '稍后再提醒' : '处理中'
}

/**
 * What became of a task, as a line of its card.
 * @example closedText({ state: 'done', by: '王小明', at, … }, 'Asia/Shanghai') // '已完成 · 王小明 10:21'
 */
export function closedText(facts: ClosedFacts, zone: string): string {
  const clock = (moment: Date, format: string) =>
    DateTime.fromJSDate(moment, { zone }).toFormat(format)
  const who = facts.by === null ? '' : ` · ${facts.by} ${clock(facts.at, 'HH:mm')}`
  if (facts.state === 'done') {
    return facts.by === null && facts.closing === 'proven' ? '客户已下单，任务完成' : `已完成${who}`
  }
  if (facts.state === 'dismissed') return `不合适${who}`
  if (facts.state === 'expired') return '已过期'
  if (facts.state === 'cancelled') return CANCELLED[facts.closeReason ?? ''] ?? `任务已取消${who}`
  if (facts.newer) return '这件事有一张新的卡片'
  if (facts.handedTo !== undefined) return `已交接给 ${facts.handedTo}`
  if (facts.snoozedUntil) return `${clock(facts.snoozedUntil, 'M月d日 HH:mm')} 再提醒`
  return `处理中${who}`
}

const RESULT = '结果'

const MARKS: Partial<Record<TaskState, string>> = {
  done: '[已完成] ',
  dismissed: '[不合适] ',
  expired: '[已过期] ',
  cancelled: '[已取消] ',
}

/** A sent card after its task changed: its title marked, what became of it first, its buttons one grey one. */
export function renderClosedCard(
  sent: TemplateCard,
  facts: ClosedFacts,
  zone: string,
): TemplateCard {
  const title = sent.main_title.title.replace(/^\[[^\]]*\] /, '')
  return fitCard({
    ...sent,
    main_title: { ...sent.main_title, title: `${MARKS[facts.state] ?? ''}${title}` },
    horizontal_content_list: [
      { keyname: RESULT, value: closedText(facts, zone) },
      ...(sent.horizontal_content_list ?? []).filter(({ keyname }) => keyname !== RESULT),
    ],
    replace_text: closedWord(facts),
  })
}
