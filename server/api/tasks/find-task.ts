import { loadTiers } from '../../../bot/rules/load-tiers.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { TaskNotFound } from '../../errors.ts'
import { rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import type { TaskView } from './schema.ts'
import { taskColumns, taskJoins, type TaskRow } from './task-row.ts'
import { taskView } from './task-view.ts'

/** @throws TASK_NOT_FOUND also for a task outside the person's scope */
export async function findTask(
  deps: AppDeps,
  user: SignedIn,
  taskId: string,
  lang: Lang,
): Promise<TaskView> {
  const [found] = await rows<{ task: TaskRow }>(
    deps.db,
    Prisma.sql`
      select row_to_json(x) as task
      from task t join customer c on c.id = t.customer_id ${taskJoins}
      cross join lateral (select ${taskColumns}) x
      where t.id = ${taskId}::bigint and ${scope.tasks(user)}`,
  )
  if (!found) throw new TaskNotFound()
  const { table } = await loadTiers(deps.db.prisma)
  return taskView(found.task, table, lang, businessDay(deps.clock.now(), deps.zone))
}
