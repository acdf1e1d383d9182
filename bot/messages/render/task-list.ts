import type { BusinessDay } from '../../../domain/business-day.ts'
import { cutLength } from '../../../domain/cut-text.ts'
import { dayText } from '../../../domain/day-words.ts'
import { formatFen } from '../../../domain/money.ts'
import { kindLabel, renderMark, renderReason } from '../../rules/registry.ts'
import { cutBytes } from '../bytes.ts'
import { fitText } from './template-card.ts'

/** A task as a line of text shows it. */
export interface TaskLine {
  id: bigint
  kind: string
  facts: unknown
  urgent: boolean
  customerName: string
  tierName: string
}

/** A customer as an answer in text shows them. */
export interface CustomerBrief {
  name: string
  tierName: string
  memberNo: string | null
  lastPurchaseDay: BusinessDay | null
  spend365Fen: number
  orders365: number
  tasks: TaskLine[]
}

const MOST_LINES = 10
/** bytes of a line, so that ten of them leave room for the link */
const LINE_BYTES = 170

/** Answer to 任务: today's list, most pressing first, and where all of it is. At most 2048 bytes. */
export function renderTaskList(
  tasks: readonly TaskLine[],
  total: number,
  at: { publicUrl: string; today: BusinessDay },
): string {
  if (total === 0) return '现在没有待办任务，都做完啦。'
  const shown = tasks.slice(0, MOST_LINES)
  const more = total > shown.length ? [`……还有 ${total - shown.length} 个`] : []
  return fitText(
    [
      `今天有 ${total} 个任务：`,
      ...shown.map((task, i) => `${i + 1}. ${taskLine(task, at.today)}`),
      ...more,
      `<a href="${at.publicUrl}/desk">打开我的任务</a>`,
    ].join('\n'),
  )
}

/** Answer to a customer's name: who that is, and what there is to do. */
export function renderCustomers(
  name: string,
  customers: readonly CustomerBrief[],
  at: { publicUrl: string; today: BusinessDay },
): string {
  if (customers.length === 0) {
    return fitText(`你的客户里没有找到“${name}”。发“任务”看今天的任务，发“帮助”看我会什么。`)
  }
  return fitText(customers.map((customer) => customerText(customer, at.today)).join('\n\n'))
}

function customerText(customer: CustomerBrief, today: BusinessDay): string {
  const { lastPurchaseDay } = customer
  return [
    `${plain(customer.name)}（${customer.tierName}）${customer.memberNo ? ` 会员号 ${plain(customer.memberNo)}` : ''}`,
    lastPurchaseDay
      ? `近一年 ${formatFen(customer.spend365Fen)} · ${customer.orders365} 单，最近一次 ${dayText(lastPurchaseDay, 'zh-CN')}`
      : '还没有消费记录',
    ...customer.tasks.map((task) => `· ${taskLine(task, today, false)}`),
    ...(customer.tasks.length === 0 ? ['现在没有任务'] : []),
  ].join('\n')
}

function taskLine(task: TaskLine, today: BusinessDay, named = true): string {
  const who = named ? ` · ${plain(cutLength(task.customerName, 10))}（${task.tierName}）` : ''
  const mark = renderMark(task.kind, task.facts, 'zh-CN')
  const reason = plain(renderReason(task.kind, task.facts, 'zh-CN', today))
  return cutBytes(
    `${task.urgent ? '[加急] ' : ''}${kindLabel(task.kind, 'zh-CN')}${who}${mark ? `〔${mark}〕` : ''}：${reason}`,
    LINE_BYTES,
  )
}

/** Text messages know <a>: a customer's name must not be able to make one. */
function plain(text: string): string {
  return text.replace(/</g, '＜').replace(/>/g, '＞')
}

/** What the app understands when written to. */
export function renderHelp(at: { publicUrl: string }): string {
  return fitText(
    [
      '我能帮你：',
      '· 发“任务”：看今天要联系谁、为什么',
      '· 发客户的名字：看 TA 的等级、消费和任务',
      '· 每天早上把当天的任务推给你，卡片上就能点完成',
      `<a href="${at.publicUrl}/desk">打开我的任务</a>`,
    ].join('\n'),
  )
}
