import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import type { Handover } from './handover.ts'
import { plannedTables } from './plan-sql.ts'
import { readUnassigned } from './unassigned.ts'
import { ableTo, findTakers, whoMayServe } from './takers.ts'

/** Whoever plans waits for the others: no customer is in two handovers at once. */
const PLANNING = 'handover:planning'

/**
 * Stores whose turn each customer of a handover is, in one statement; from then on it is being worked on. What was
 * planned stays: a second call does nothing.
 */
export async function planHandover(deps: BotDeps, handover: Handover): Promise<void> {
  const { id, from, strategy } = handover
  const giver = await deps.db.prisma.employee.findUnique({
    where: { id: from.id },
    select: { active: true },
  })
  // of somebody who left today the night has not read it yet
  if (giver?.active === false) await readUnassigned(deps)
  const serving = await whoMayServe(deps)
  await deps.db.prisma.$transaction(
    async (tx) => {
      await lockPlanning(tx)
      const isFirst = await tx.$executeRaw(
        Prisma.sql`update handover set stage = 'working' where id = ${id} and stage = 'planning'`,
      )
      if (isFirst === 0) return
      const takers = ableTo(await findTakers(tx, from, handover), serving)
      await tx.$executeRaw(Prisma.sql`
        with ${plannedTables(from, strategy, takers, deps.clock.now())}
        insert into handover_customer (handover_id, customer_id, to_id, via, state, why, spend_fen, important)
        select ${id}, customer_id, to_id, via,
          case when why is null then 'waiting' else 'impossible' end::handover_state, why, spend_fen, important
        from planned`)
    },
    { timeout: 300_000, maxWait: 60_000 },
  )
}

/** Held until the transaction ends. */
async function lockPlanning(tx: Db): Promise<void> {
  await tx.$queryRaw(
    Prisma.sql`select pg_advisory_xact_lock(hashtextextended(${PLANNING}, 0))::text`,
  )
}
