import { followUp } from '../../../bot/rules/follow-up.ts'
import { closedText } from '../../../bot/messages/render/closed-card.ts'
import { businessDay, type BusinessDay } from '../../../domain/business-day.ts'
import { dayText } from '../../../domain/day-words.ts'
import type { Lang, TaskState } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { whyText } from '../assignments/why-words.ts'
import type { WhyAnswer } from './schema.ts'

interface Ordered {
  assignmentId: string
  title: string
  instruction: string
  by: string
  stage: string
  why: string | null
  until: BusinessDay | null
  taskId: string | null
  state: TaskState | null
  closing: string | null
  closeReason: string | null
  closedAt: Date | null
  snoozedUntil: Date | null
  guide: string | null
  assigneeRule: number | null
}

/**
 * Why there is a task of an assignment for a customer, or why none: by whom it was ordered, why this guide has it, or what
 * keeps it back. An assignment is told to those who may see it, and to whoever may see its task.
 */
export async function whyFollowUp(
  deps: AppDeps,
  user: SignedIn,
  customerId: bigint,
  lang: Lang,
): Promise<WhyAnswer> {
  const say = SAY[lang]
  const ordered = await lastOrdered(deps, user, customerId)
  const answer = (
    status: WhyAnswer['status'],
    sentence: string,
    more: Partial<WhyAnswer> = {},
  ): WhyAnswer => ({
    kind: 'follow_up',
    label: followUp.label[lang],
    status,
    sentence,
    rule: null,
    facts: null,
    until: null,
    taskId: null,
    ...more,
  })
  if (!ordered) return answer('not_due', say.none)
  const { assignmentId, title, instruction, by, state, taskId, until } = ordered
  const facts = { assignmentId, title, instruction, by }
  const order = say.order(by, title)
  if (taskId === null || state === null) {
    if (ordered.stage === 'cancelled') return answer('off', say.calledOff(order), { facts })
    const why = whyText(ordered.why, until, lang)
    return answer('held_back', why === null ? say.soon(order) : say.held(order, why), {
      facts,
      until,
    })
  }
  if (state === 'open' || state === 'in_progress') {
    const chosen = CHOSEN[ordered.assigneeRule ?? 0]?.[lang] ?? null
    return answer('open', say.open(ordered.guide ?? '', order, instruction, chosen), {
      facts,
      taskId,
    })
  }
  const { closing, closeReason, closedAt, snoozedUntil } = ordered
  const closed = {
    state,
    closing,
    closeReason,
    snoozedUntil,
    by: null,
    at: closedAt ?? new Date(0),
  }
  const end = lang === 'en' ? state : closedText(closed, deps.zone)
  const on = closedAt === null ? '' : dayText(businessDay(closedAt, deps.zone), lang)
  return answer('closed', say.closed(order, on, end), { facts, taskId })
}

/** The live task if there is one, else the newest assignment that meant the customer; undefined: none that may be told. */
async function lastOrdered(
  deps: AppDeps,
  user: SignedIn,
  customerId: bigint,
): Promise<Ordered | undefined> {
  const [found] = await rows<Ordered>(
    deps.db,
    Prisma.sql`
      select a.id::text as "assignmentId", a.title, a.instruction, maker.name as by, a.stage::text as stage,
        r.why, case when r.until < (a.due_at at time zone ${deps.zone})::date + 1 then r.until end::text as until,
        t.id::text as "taskId", t.state::text as state, t.closing::text as closing,
        t.close_reason as "closeReason", t.closed_at as "closedAt", t.snoozed_until as "snoozedUntil",
        e.name as guide, t.assignee_rule::int as "assigneeRule"
      from assignment_customer r
      join assignment a on a.id = r.assignment_id
      join employee maker on maker.id = a.created_by
      left join task t on t.id = r.task_id
      left join employee e on e.id = t.assignee_id
      where r.customer_id = ${customerId}
        and ((t.id is not null and ${scope.tasks(user)}) or ${scope.assignments(user)})
      order by coalesce(t.state in ('open', 'in_progress'), false) desc, a.id desc limit 1`,
  )
  return found
}

/** Why this guide (domain-rules 9, and 6: whom the manager named). */
const CHOSEN: Record<number, Record<Lang, string>> = {
  1: { 'zh-CN': '最近一单是 TA 接待的', en: 'served their last order' },
  2: { 'zh-CN': '最近一单是 TA 收银的', en: 'took the payment of their last order' },
  3: { 'zh-CN': 'TA 是客户的专属导购', en: 'is their own guide' },
  4: { 'zh-CN': 'TA 是最早加上客户的导购', en: 'has known them longest' },
  5: { 'zh-CN': 'TA 是客户所属门店的店长', en: 'manages their store' },
  6: { 'zh-CN': '派单指定了 TA', en: 'was named by the manager' },
}

interface Say {
  order: (by: string, title: string) => string
  none: string
  open: (guide: string, order: string, instruction: string, chosen: string | null) => string
  held: (order: string, why: string) => string
  soon: (order: string) => string
  calledOff: (order: string) => string
  closed: (order: string, day: string, end: string) => string
}

const SAY: Record<Lang, Say> = {
  'zh-CN': {
    order: (by, title) => `${by}的派单「${title}」`,
    none: '没有派单提到这位客户。',
    open: (guide, order, instruction, chosen) =>
      `${guide}有这件任务，来自${order}：${instruction}${chosen === null ? '' : `（派给 ${guide}：${chosen}）`}`,
    held: (order, why) => `${order}选中了 TA，但还没派：${why}。`,
    soon: (order) => `${order}选中了 TA，正等着派出。`,
    calledOff: (order) => `${order}已经取消。`,
    closed: (order, day, end) => `${order}的任务 ${day}已经结束：${end}。`,
  },
  en: {
    order: (by, title) => `“${title}”, assigned by ${by}`,
    none: 'No assignment means this customer.',
    open: (guide, order, instruction, chosen) =>
      `${guide} has this task of ${order}: ${instruction}${chosen === null ? '' : ` (${guide} ${chosen})`}`,
    held: (order, why) => `${order}, means them, but gave no task yet: ${why}.`,
    soon: (order) => `${order}, means them and is about to be dispatched.`,
    calledOff: (order) => `${order}, was called off.`,
    closed: (order, day, end) => `The task of ${order}, ended on ${day}: ${end}.`,
  },
}
