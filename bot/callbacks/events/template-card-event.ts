import { DISMISS_REASONS, OUTCOMES } from '../../../domain/words.ts'
import { addDays, atTime, businessDay } from '../../../domain/business-day.ts'
import type { BotDeps } from '../../deps.ts'
import { useridKey } from '../../members/sync-employees.ts'
import { CARD_KEYS, taskIdOfCard } from '../../messages/render/task-card.ts'
import { changeTask, type TaskAction } from '../../tasks/change.ts'
import { DONE, IGNORED, type EventHandler } from '../handler.ts'
import { required, type CallbackEvent } from '../parse.ts'
import { greyCard, replyText } from './reply.ts'

/**
 * A press of a button on one of our task cards, or of its corner menu: finishes, postpones or declines the
 * task. Only the guide it belongs to may, or a manager of its store. The card follows through the outbox; a
 * press that comes too late makes the card show what the task is. A card that isn't a task's is ignored.
 */
export const templateCardEvent: EventHandler = async (deps, event, stored) => {
  const taskId = taskIdOfCard(required(event, 'taskId'))
  if (taskId === null) return IGNORED
  const action = readAction(deps, event)
  if (!action) return 'ignored: an unknown button'

  const allowed = await mayAct(deps, taskId, event.from)
  if (allowed !== 'yes') {
    const { button, outcome } = REFUSALS[allowed]
    await greyCard(deps, event, stored, button)
    return outcome
  }

  const now = deps.clock.now()
  const changed = await deps.db.prisma.$transaction((tx) =>
    changeTask(tx, deps, {
      taskId,
      action,
      actor: event.from,
      via: 'card',
      cause: `inbox:${stored.inboxId}`,
      now,
      ...(event.responseCode === undefined ? {} : { cardResponseCode: event.responseCode }),
    }),
  )
  if (changed.ok) return DONE
  if (changed.why === 'bad_time') {
    await replyText(deps, event, stored, '这个任务快到期了，来不及再推迟，请今天联系客户。')
    return 'ignored: too late to postpone'
  }
  return 'ignored: the task was closed before'
}

/** `done`, `snooze`, `dismiss`; an outcome or a reason may follow after a colon, or be chosen on the card. */
function readAction(deps: BotDeps, event: CallbackEvent): TaskAction | null {
  const [key, said] = required(event, 'eventKey').split(':')
  const chosen = [said, ...event.selectedItems.flatMap((item) => item.optionIds)]
  if (key === CARD_KEYS.done) {
    // the plain button says that it is done, not what came of it
    return { do: 'done', outcome: OUTCOMES.find((word) => chosen.includes(word)) ?? 'other' }
  }
  if (key === CARD_KEYS.snooze) return { do: 'snooze', until: nextMorning(deps, event.createdAt) }
  if (key === CARD_KEYS.dismiss) {
    const reason = DISMISS_REASONS.find((word) => chosen.includes(word))
    return { do: 'dismiss', reason: reason ?? 'not_suitable' }
  }
  return null
}

/** 稍后: with the cards of the morning after the press; where that has passed before we heard of it, with the next. */
function nextMorning(deps: BotDeps, pressedAt: Date): Date {
  const now = deps.clock.now()
  const after = (moment: Date) =>
    atTime(addDays(businessDay(moment, deps.zone), 1), deps.pushAt, deps.zone)
  const morning = after(pressedAt)
  return morning > now ? morning : after(now)
}

/** Why a press changes nothing: what the button says then, and the inbox row. */
const REFUSALS = {
  no: { button: '任务已由别人负责', outcome: "ignored: another guide's task" },
  left: { button: '你已不在导购名单', outcome: 'ignored: not at work any more' },
  'no task': { button: '任务已不在', outcome: 'ignored: no such task' },
} as const

async function mayAct(
  deps: BotDeps,
  taskId: bigint,
  userid: string,
): Promise<'yes' | keyof typeof REFUSALS> {
  const task = await deps.db.prisma.task.findUnique({
    where: { id: taskId },
    select: { storeNo: true, assignee: { select: { useridKey: true, storeNo: true } } },
  })
  if (!task) return 'no task'
  const member = await deps.db.prisma.employee.findUnique({
    where: { useridKey: useridKey(userid) },
    select: { role: true, storeNo: true, active: true },
  })
  if (!member) return 'no'
  if (!member.active) return 'left'
  if (task.assignee.useridKey === useridKey(userid)) return 'yes'
  if (member.role === 'hq') return 'yes'
  if (member.role !== 'manager' || member.storeNo === null) return 'no'
  return [task.storeNo, task.assignee.storeNo].includes(member.storeNo) ? 'yes' : 'no'
}
