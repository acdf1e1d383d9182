import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { enqueueDue } from '../messages/outbox.ts'
import { pushCards } from '../messages/push.ts'
import { expireTasks } from './close.ts'

/**
 * The minute's work: ends what has died, brings snoozed tasks back with a fresh card, starts messages whose time
 * has come. Safe to run twice and from several processes.
 */
export async function wake(deps: BotDeps): Promise<void> {
  const now = deps.clock.now()
  await deps.db.prisma.$transaction(
    async (tx) => {
      await expireTasks(tx, deps, now)
      await wakeSnoozed(tx, deps, now)
      await enqueueDue(tx, now)
    },
    { timeout: 300_000, maxWait: 30_000 },
  )
}

async function wakeSnoozed(tx: Db, deps: BotDeps, now: Date): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string; until: Date }[]>(Prisma.sql`
    with due as (
      select id, snoozed_until from task
      where state = 'open' and snoozed_until <= ${now}
      order by id for update skip locked
    ), woken as (
      update task t set snoozed_until = null, updated_at = ${now} from due where due.id = t.id
      returning t.id, due.snoozed_until
    ), logged as (
      insert into task_event (task_id, at, actor, via, from_state, to_state, detail)
      select id, ${now}, 'system', 'clock', 'open', 'open', '{"woken": true}' from woken
    )
    select id::text as id, snoozed_until as until from woken order by id`)
  const tasks = rows.map(({ id, until }) => ({
    taskId: BigInt(id),
    reason: `snoozed:${until.toISOString()}`,
  }))
  await pushCards(tx, deps, tasks, { now, traceId: `wake-${now.toISOString()}` })
}
