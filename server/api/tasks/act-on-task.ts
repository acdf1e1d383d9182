import { DateTime } from 'luxon'
import { changeTask, type TaskAction } from '../../../bot/tasks/change.ts'
import type { TaskState } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { SnoozeTooLate, TaskAlreadyClosed, TaskNotFound } from '../../errors.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'

/**
 * Starts, ends, postpones or declines a task of the person's scope.
 *
 * @param via the page it was done on
 * @throws TASK_NOT_FOUND, TASK_ALREADY_CLOSED, SNOOZE_TOO_LATE
 */
export async function actOnTask(
  deps: AppDeps,
  user: SignedIn,
  taskId: string,
  action: TaskAction,
  via: 'sidebar' | 'desk',
): Promise<void> {
  const now = deps.clock.now()
  const result = await deps.db.prisma.$transaction(async (tx) => {
    const mine = await tx.$queryRaw<unknown[]>(
      Prisma.sql`select 1 from task t where t.id = ${taskId}::bigint and ${scope.tasks(user)}`,
    )
    if (mine.length === 0) throw new TaskNotFound()
    return changeTask(tx, deps, {
      taskId: BigInt(taskId),
      action,
      actor: user.userid,
      via,
      now,
    })
  })
  if (result.ok) return
  switch (result.why) {
    case 'not_found':
      throw new TaskNotFound()
    case 'already_closed':
      throw new TaskAlreadyClosed(STATE_WORDS[result.state ?? 'done'])
    case 'bad_time':
      if (result.diesAt) throw new SnoozeTooLate(clockText(result.diesAt, deps.zone))
      throw badField('until', 'must be a time after now.')
  }
}

const STATE_WORDS: Record<TaskState, string> = {
  open: '未开始',
  in_progress: '进行中',
  done: '已完成',
  dismissed: '已标为不合适',
  expired: '已过期',
  cancelled: '已取消',
}

/** @example clockText(new Date('2026-11-24T15:59:59Z'), 'Asia/Shanghai') // '11 月 24 日 23:59' */
function clockText(moment: Date, zone: string): string {
  return DateTime.fromJSDate(moment, { zone }).toFormat('M 月 d 日 HH:mm')
}
