import { HANDOVER_HOURS } from '../../domain/handover.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { finishHandover } from '../members/settle-handover.ts'
import { tryLock } from '../messages/delivery-lock.ts'
import { enqueue } from '../queue.ts'
import { askPage, settleUnsure } from './ask.ts'
import { findHandover, type Handover } from './handover.ts'
import { planHandover } from './plan.ts'
import { pollResults } from './results.ts'
import { tellTakers } from './tell.ts'

/** customers without a relation in WeCom who change hands in a transaction */
const AT_ONCE = 500
const POLL_MS = 60 * 60_000
/** behind the moment at which WeCom completes: its callbacks come first */
const COMPLETED_MS = HANDOVER_HOURS * 3_600_000 + 120_000
const PATIENT = { timeout: 120_000, maxWait: 30_000 }

/**
 * Works a handover off: plans it, hands over whom WeCom knows nothing of, asks WeCom for the others, reads what became of
 * them, tells the takers. Each step is noted in its rows: cut off anywhere it goes on there, and twice does nothing
 * twice. Of two who work on one at once, one does.
 *
 * @throws WecomError what the job tries again
 */
export async function workHandover(deps: BotDeps, id: bigint): Promise<void> {
  const unlock = await tryLock(deps.db.pool, `handover:${id}`)
  if (!unlock) return
  try {
    const handover = await findHandover(deps.db.prisma, id)
    if (handover) await work(deps, handover)
  } finally {
    await unlock()
  }
}

async function work(deps: BotDeps, handover: Handover): Promise<void> {
  const { id } = handover
  if (handover.stage === 'planning') await planHandover(deps, handover)
  while (await handAtOnce(deps, id));
  try {
    await settleUnsure(deps, handover)
    while (await askPage(deps, handover));
    await pollResults(deps, handover)
  } catch (error) {
    // who has customers already hears of it, whatever keeps the others
    await deps.db.prisma.$transaction((tx) => tellTakers(tx, deps, handover), PATIENT)
    throw error
  }
  await deps.db.prisma.$transaction(async (tx) => {
    // a callback that finishes a customer now comes before or after, never between telling and planning
    await tx.$executeRaw`select 1 from handover where id = ${id} for no key update`
    await tellTakers(tx, deps, handover)
    await planNextRun(tx, deps, id)
  }, PATIENT)
}

/** Whom WeCom knows nothing of: nobody has to be asked. */
async function handAtOnce(deps: BotDeps, id: bigint): Promise<boolean> {
  return await deps.db.prisma.$transaction(async (tx) => {
    const page = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
      select customer_id as id from handover_customer
      where handover_id = ${id} and state = 'waiting' and via = 'none' order by customer_id limit ${AT_ONCE}`)
    await finishHandover(
      tx,
      deps,
      id,
      page.map((customer) => customer.id),
    )
    return page.length === AT_ONCE
  }, PATIENT)
}

/** Looks each hour while WeCom has not decided, and right after it completes; then it is over. */
async function planNextRun(tx: Db, deps: BotDeps, id: bigint): Promise<void> {
  const now = deps.clock.now()
  await tx.$executeRaw(Prisma.sql`
    update handover h set
      stage = case when asked.oldest is null then 'over' else 'working' end::handover_stage,
      next_run_at = case when asked.oldest + ${COMPLETED_MS}::int * interval '1 millisecond' > ${now}
        then least(asked.oldest + ${COMPLETED_MS}::int * interval '1 millisecond', ${new Date(now.getTime() + POLL_MS)})
        when asked.oldest is not null then ${new Date(now.getTime() + POLL_MS)} end
    from (select min(asked_at) as oldest from handover_customer
      where handover_id = ${id} and state in ('waiting', 'asking', 'asked')) asked
    where h.id = ${id}`)
}

/** Starts the handovers whose time has come; each minute. One that waits or runs already is left alone. */
export async function startHandovers(deps: BotDeps): Promise<void> {
  const { prisma } = deps.db
  const due = await prisma.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    select h.id from handover h
    where h.next_run_at <= ${deps.clock.now()} and not exists (
      select 1 from graphile_worker.jobs j where j.key = 'handover:' || h.id and j.attempts < j.max_attempts)
    order by h.id`)
  for (const { id } of due) await enqueueHandover(prisma, id)
}

/** The job of a handover; one waits at most. */
export async function enqueueHandover(tx: Db, id: bigint): Promise<void> {
  await enqueue(tx, 'handover', { handoverId: String(id) }, { jobKey: `handover:${id}` })
}
