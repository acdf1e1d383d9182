import { businessDay, daysBetween, type BusinessDay } from '../../../domain/business-day.ts'
import { dayText } from '../../../domain/day-words.ts'
import { kindLabel, renderAdvice, renderReason } from '../../rules/registry.ts'
import { CARD_SOURCE, fitCard, type TemplateCard } from './template-card.ts'

/** What a line about a task shows: what it is, about whom. */
export interface TaskLineFacts {
  kind: string
  facts: unknown
  /** how the guide addresses the customer */
  customerName: string
  tierName: string
}

/** What a task's card shows. */
export interface TaskCardFacts extends TaskLineFacts {
  taskId: bigint
  /** how many cards this task had before, plus one: WeCom wants each card's id once */
  nth: number
  urgent: boolean
  dueAt: Date
  /** coupons the customer may use now */
  coupons: number
  points: number
}

/** Keys of the card's buttons, as template_card_event brings them back. */
export const CARD_KEYS = { done: 'done', snooze: 'snooze', dismiss: 'dismiss' } as const

/** A task as a card with buttons (ux.md): why, until when, and what may be done about it. */
export function renderTaskCard(
  task: TaskCardFacts,
  at: { publicUrl: string; zone: string; today: BusinessDay },
): TemplateCard {
  const url = `${at.publicUrl}/desk?task=${task.taskId}`
  return fitCard({
    card_type: 'button_interaction',
    source: CARD_SOURCE,
    main_title: { title: cardTitle(task, task.urgent ? '[加急] ' : '') },
    sub_title_text: renderReason(task.kind, task.facts, 'zh-CN', at.today),
    horizontal_content_list: [
      { keyname: '截止', value: deadline(businessDay(task.dueAt, at.zone), at.today) },
      { keyname: '建议', value: renderAdvice(task.kind, task.facts, 'zh-CN') },
      { keyname: '券·积分', value: assets(task) },
    ],
    card_action: { type: 1, url },
    task_id: `task-${task.taskId}-${task.nth}`,
    button_list: [
      { type: 1, text: '去聊天', style: 1, url },
      { type: 0, text: '已完成', style: 1, key: CARD_KEYS.done },
      { type: 0, text: '稍后', style: 4, key: CARD_KEYS.snooze },
      { type: 0, text: '不合适', style: 4, key: CARD_KEYS.dismiss },
    ],
  })
}

/**
 * The task a card's id belongs to; null for an id that isn't ours.
 * @example taskIdOfCard('task-42-1') // 42n
 */
export function taskIdOfCard(cardTaskId: string): bigint | null {
  const found = /^task-(\d{1,18})-\d{1,9}$/.exec(cardTaskId)
  return found?.[1] === undefined ? null : BigInt(found[1])
}

/** `生日 · 张女士（银）` */
export function cardTitle(
  task: { kind: string; customerName: string; tierName: string },
  mark = '',
): string {
  return `${mark}${kindLabel(task.kind, 'zh-CN')} · ${task.customerName}（${task.tierName}）`
}

/** `今天（11月22日）`: a day as a card tells when something is due. */
export function deadline(due: BusinessDay, today: BusinessDay): string {
  const ahead = daysBetween(today, due)
  if (ahead < 0) return `${dayText(due, 'zh-CN')}（已过期）`
  const near = ['今天', '明天', '后天'][ahead]
  return near ? `${near}（${dayText(due, 'zh-CN')}）` : dayText(due, 'zh-CN')
}

function assets({ coupons, points }: TaskCardFacts): string {
  const parts = [coupons > 0 && `${coupons} 张券可用`, points > 0 && `${points} 积分`]
  return parts.filter(Boolean).join(' · ')
}
