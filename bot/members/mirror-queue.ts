import type { BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { runTogether } from './import/run-together.ts'
import { mirrorTags } from './mirror-tags.ts'

/** Calls that automatic tags of one night may cause: a tenth of what WeCom lets an app make of them in an hour. */
export const MOST_MARKS = 15_000
/** … spread so that guides' own taps and everything else of the queue go on beside them */
const MARKS_A_MINUTE = 500
/** customers of one transaction */
const CHUNK = 500
/** this many changed at once are told to WeCom at once; more wait in the queue */
const AT_ONCE = 20
/** daily_run row that counts a day's calls */
const RUN = 'tag_mirror'

/**
 * Has WeCom told of changed automatic tags: of a few customers at once, of many by the queue.
 *
 * @param traceId of what changed them
 */
export async function tellWecom(
  tx: Db,
  customerIds: bigint[],
  now: Date,
  traceId: string,
): Promise<void> {
  if (customerIds.length <= AT_ONCE) await mirrorTags(tx, { customerIds, now, traceId })
  else await queueMirror(tx, customerIds, now)
}

/** The same for a page of WeCom's list: who waits in the queue goes on waiting, or each reading would empty it. */
export async function tellWecomOfPage(
  tx: Db,
  page: { customerIds: bigint[]; retagged: bigint[] },
  now: Date,
  traceId: string,
): Promise<void> {
  if (page.retagged.length > AT_ONCE) await queueMirror(tx, page.retagged, now)
  const waiting = await tx.tagMirrorQueue.findMany({
    where: { customerId: { in: page.customerIds } },
    select: { customerId: true },
  })
  const queued = new Set(waiting.map(({ customerId }) => customerId))
  const customerIds = page.customerIds.filter((id) => !queued.has(id))
  await mirrorTags(tx, { customerIds, now, traceId })
}

/** Puts customers into the queue; who has no guide in WeCom has nothing to be told there. */
export async function queueMirror(
  tx: Db,
  customerIds: readonly bigint[],
  now: Date,
): Promise<void> {
  if (customerIds.length === 0) return
  await tx.$executeRaw(Prisma.sql`
    insert into tag_mirror_queue (customer_id, since)
    select c.id, ${now} from customer c where c.id = any(${customerIds}::bigint[])
      and exists (select from relation r where r.customer_id = c.id and r.ended_at is null)
    order by c.id on conflict do nothing`)
}

/**
 * Makes the calls of those who wait longest, at most so many a day however often it runs, spread over the half hour that
 * follows. The rest waits for the next night.
 *
 * @returns calls added, and how many customers still wait
 */
export async function drainMirrorQueue(
  deps: BotDeps,
  day: BusinessDay,
  most = MOST_MARKS,
): Promise<{ marks: number; waiting: number }> {
  const now = deps.clock.now()
  let marks = 0
  for (;;) {
    const part = await runTogether(deps.db, (tx) => drainPart(tx, day, now, most))
    if (part === null) break
    marks += part
  }
  return { marks, waiting: await deps.db.prisma.tagMirrorQueue.count() }
}

/** One chunk; null when the day's calls are used up, or nobody waits. */
async function drainPart(
  tx: Db,
  day: BusinessDay,
  now: Date,
  most: number,
): Promise<number | null> {
  await tx.$executeRaw(Prisma.sql`
    insert into daily_run (name, day, enqueued_at, summary)
    values (${RUN}, ${day}::date, ${now}, '{"marks": 0}') on conflict do nothing`)
  const [run] = await tx.$queryRaw<{ marks: number }[]>(Prisma.sql`
    select (summary->>'marks')::int as marks from daily_run
    where name = ${RUN} and day = ${day}::date for update`)
  const used = run?.marks ?? 0
  const taken = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    with oldest as (
      select customer_id, since from tag_mirror_queue order by since, customer_id limit ${CHUNK} for update skip locked
    ), counted as (
      select o.customer_id, sum(calls.n) over (order by o.since, o.customer_id) as upto
      from oldest o cross join lateral (
        select count(*) as n from relation r where r.customer_id = o.customer_id and r.ended_at is null) calls
    )
    delete from tag_mirror_queue q using counted
    where q.customer_id = counted.customer_id and counted.upto <= ${most - used}::int
    returning q.customer_id as id`)
  if (taken.length === 0) return null
  const marks = await mirrorTags(tx, {
    customerIds: taken.map(({ id }) => id),
    now,
    traceId: `tags-${day}`,
    startAt: (nth) => new Date(now.getTime() + ((used + nth) / MARKS_A_MINUTE) * 60_000),
  })
  await tx.$executeRaw(Prisma.sql`
    update daily_run set summary = jsonb_build_object('marks', ${used + marks}::int)
    where name = ${RUN} and day = ${day}::date`)
  return marks
}
