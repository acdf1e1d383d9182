import { closedText } from '../../../bot/messages/render/closed-card.ts'
import { holdsFor } from '../../../bot/rules/holds-for.ts'
import { loadRules } from '../../../bot/rules/load-rules.ts'
import { ruleOf } from '../../../bot/rules/registry.ts'
import type { HoldsNow } from '../../../bot/rules/rule.ts'
import { findCandidate, nextScanDay } from '../../../bot/tasks/find-candidate.ts'
import { businessDay, type BusinessDay } from '../../../domain/business-day.ts'
import { dayText } from '../../../domain/day-words.ts'
import type { HoldReason, RuleKind, TaskState } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import { HELD } from './held-words.ts'
import type { WhyAnswer } from './schema.ts'
import type { WhyContext } from './why-class.ts'
import { birthdayOf, type WhyFacts } from './why-facts.ts'

interface Asked {
  customerId: bigint
  kind: RuleKind
  facts: WhyFacts
}

interface LastTask {
  id: string
  occurrence: string
  state: TaskState
  closing: string | null
  closeReason: string | null
  closedAt: Date | null
  snoozedUntil: Date | null
  /** it would not have died yet */
  isCurrent: boolean
  facts: Record<string, unknown>
  assignee: string
}

interface Waiting {
  why: HoldReason
  until: BusinessDay | null
  facts: Record<string, unknown>
}

/**
 * Why there is a task of a kind for a customer, or why there is none: it is open, it waits, it was done, the next morning
 * makes it, or the rule does not hold yet (domain-rules 9 and 10: also who is not contacted is told why not).
 */
export async function whyTask(
  deps: AppDeps,
  asked: Asked,
  { today, lang, cycle }: WhyContext,
): Promise<WhyAnswer> {
  const { kind, facts, customerId } = asked
  const rule = ruleOf(kind)
  const [task, waiting, [inForce]] = await Promise.all([
    lastTask(deps, customerId, kind),
    stillWaiting(deps, customerId, kind),
    loadRules(deps.db.prisma, [kind]),
  ])
  const answer = (
    status: WhyAnswer['status'],
    sentence: string,
    more: Partial<WhyAnswer> = {},
  ): WhyAnswer => ({
    kind,
    label: rule.label[lang],
    status,
    sentence,
    rule: inForce ? { version: inForce.version, params: { ...inForce.params } } : null,
    facts: null,
    until: null,
    taskId: null,
    ...more,
  })
  const say = SAY[lang === 'en' ? 'en' : 'zh']

  if (task && (task.state === 'open' || task.state === 'in_progress')) {
    const reason = rule.reason(task.facts, lang, today)
    return answer('open', say.open(task.assignee, reason), { facts: task.facts, taskId: task.id })
  }
  if (waiting) {
    const why = HELD[waiting.why][lang]
    return answer('held_back', say.held(why, waiting.until && dayText(waiting.until, lang)), {
      facts: waiting.facts,
      until: waiting.until,
    })
  }
  if (!inForce) return answer('off', say.off(rule.label[lang]))
  const store = await notHere(deps, customerId, inForce)
  if (store) return answer('not_here', say.notHere(rule.label[lang], store.name))
  if (facts.consent === 'none') return answer('held_back', say.held(HELD.no_consent[lang], null))

  const day = await nextScanDay(deps.db.prisma, today)
  const at = { day, zone: deps.zone }
  const due = await findCandidate(deps.db.prisma, inForce, customerId, at)
  // the same occasion, or one that is not over yet
  if (task && (task.isCurrent || due?.occurrence === task.occurrence)) {
    const end = lang === 'en' ? task.state : closedText(closedOf(task), deps.zone)
    const on = task.closedAt && dayText(businessDay(task.closedAt, deps.zone), lang)
    return answer('closed', say.closed(on ?? '', end), { facts: task.facts, taskId: task.id })
  }
  if (due) {
    const reason = rule.reason(due.facts, lang, today)
    return answer('next_scan', say.next(dayText(day, lang), reason), {
      facts: due.facts as Record<string, unknown>,
      until: day,
    })
  }
  const known = {
    birthday: birthdayOf(facts),
    joinedDay: facts.joinedDay,
    purchaseDays: facts.purchaseDays,
    // an order that is dated ahead counts as bought today
    lastPurchaseDay:
      facts.lastPurchaseDay !== null && facts.lastPurchaseDay > today
        ? today
        : facts.lastPurchaseDay,
    cycle,
    nextCoupon:
      facts.couponName === null || facts.couponEnds === null
        ? null
        : { name: facts.couponName, expiresOn: facts.couponEnds },
    nextPoints:
      facts.points === null || facts.pointsEnd === null
        ? null
        : { points: facts.points, expiresOn: facts.pointsEnd },
  }
  return answer('not_due', rule.notDue(known, inForce.params, lang, today))
}

async function lastTask(
  deps: AppDeps,
  customerId: bigint,
  kind: RuleKind,
): Promise<LastTask | undefined> {
  const [task] = await rows<LastTask>(
    deps.db,
    Prisma.sql`
      select t.id::text, t.occurrence, t.state::text, t.closing::text, t.close_reason as "closeReason",
        t.closed_at as "closedAt", t.snoozed_until as "snoozedUntil", 
        t.dies_at > ${deps.clock.now()} as "isCurrent", t.facts, e.name as assignee
      from task t join employee e on e.id = t.assignee_id
      where t.customer_id = ${customerId} and t.kind = ${kind}
      order by t.state in ('open', 'in_progress') desc, t.created_at desc, t.id desc limit 1`,
  )
  return task
}

async function stillWaiting(
  deps: AppDeps,
  customerId: bigint,
  kind: RuleKind,
): Promise<Waiting | undefined> {
  const [row] = await rows<Waiting>(
    deps.db,
    Prisma.sql`
      select why, until::text as until, facts from held_back
      where customer_id = ${customerId} and kind = ${kind} and resolved_at is null
      order by scan_day desc, id desc limit 1`,
  )
  return row
}

/** The customer's store where the rule does not hold for it; null where it does. */
async function notHere(
  deps: AppDeps,
  customerId: bigint,
  { stores }: HoldsNow,
): Promise<{ name: string | null } | null> {
  if (stores === null) return null
  const [found] = await rows<{ holds: boolean; name: string | null }>(
    deps.db,
    Prisma.sql`
      select ${holdsFor(stores, Prisma.sql`c.id`)} as holds, coalesce(st.name, c.store_no) as name
      from customer c left join store st on st.store_no = c.store_no where c.id = ${customerId}`,
  )
  return found && !found.holds ? { name: found.name } : null
}

function closedOf(task: LastTask) {
  const { state, closing, closeReason, snoozedUntil, closedAt } = task
  return { state, closing, closeReason, snoozedUntil, by: null, at: closedAt ?? new Date(0) }
}

const SAY = {
  zh: {
    open: (guide: string, reason: string) => `${guide}有这件任务：${reason}`,
    held: (why: string, until: string | null) =>
      until === null ? `${why}，所以没有提醒。` : `${why}，最早 ${until}再提醒。`,
    off: (label: string) => `「${label}」的提醒已经停用。`,
    notHere: (label: string, store: string | null) =>
      store === null
        ? `TA 还没有所属门店，「${label}」的提醒只在部分门店开启。`
        : `TA 所属的${store}没有开启「${label}」的提醒。`,
    closed: (day: string, end: string) => `这一次的任务 ${day}已经结束：${end}。`,
    next: (day: string, reason: string) => `${day}早上会提醒：${reason}`,
  },
  en: {
    open: (guide: string, reason: string) => `${guide} has this task: ${reason}`,
    held: (why: string, until: string | null) =>
      until === null
        ? `${why}, so nothing comes up.`
        : `${why}; it comes up on ${until} at the earliest.`,
    off: (label: string) => `“${label}” is switched off.`,
    notHere: (label: string, store: string | null) =>
      store === null
        ? `They are of no store yet, and “${label}” holds for some stores only.`
        : `“${label}” does not hold for their store, ${store}.`,
    closed: (day: string, end: string) => `The task of this occasion ended on ${day}: ${end}.`,
    next: (day: string, reason: string) => `Comes up on the morning of ${day}: ${reason}`,
  },
} as const
