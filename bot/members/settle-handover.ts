import type { HandoverWhy } from '../../domain/handover.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { RelationEnd } from '../../prisma/generated/enums.ts'
import type { BotDeps } from '../deps.ts'
import { cancelTasks } from '../tasks/change.ts'
import { giveTasks } from '../tasks/give-tasks.ts'

/** what has happened since is told in one card a taker, and not in one a customer */
const TELL_AFTER_MS = 60_000

interface Row {
  handoverId: bigint
  customerId: bigint
  toId: bigint
}

/**
 * Some customers of a handover have changed hands: their open tasks of the giver and, where the giver was their assigned
 * guide, that too go to the taker, in the caller's transaction. A second call changes nothing.
 *
 * @returns how many changed hands now
 */
export async function finishHandover(
  tx: Db,
  deps: BotDeps,
  handoverId: bigint,
  customerIds: readonly bigint[],
): Promise<number> {
  const now = deps.clock.now()
  const [handover] = await tx.$queryRaw<{ fromId: bigint; by: string }[]>(Prisma.sql`
    select h.from_id as "fromId", e.userid as by from handover h join employee e on e.id = h.created_by
    where h.id = ${handoverId}`)
  if (!handover) return 0
  const rows = await tx.$queryRaw<Row[]>(Prisma.sql`
    update handover_customer set state = 'done', decided_at = ${now}, why = null, errcode = null
    where handover_id = ${handoverId} and customer_id = any(${customerIds.map(String)}::bigint[])
      and to_id is not null and (state in ('asking', 'asked') or (state = 'waiting' and via = 'none'))
    returning handover_id as "handoverId", customer_id as "customerId", to_id as "toId"`)
  if (rows.length === 0) return 0
  await tx.$executeRaw(Prisma.sql`
    update customer c set guide_userid = taker.userid, updated_at = ${now}
    from handover_customer r join employee taker on taker.id = r.to_id, employee giver
    where r.handover_id = ${handoverId} and r.customer_id = any(${ids(rows)}::bigint[]) and c.id = r.customer_id
      and giver.id = ${handover.fromId} and lower(c.guide_userid) = giver.userid_key`)
  await tx.$executeRaw(Prisma.sql`
    delete from unassigned_customer
    where employee_id = ${handover.fromId} and customer_id = any(${ids(rows)}::bigint[])`)
  const moved = await giveTasks(tx, deps, rows, {
    fromId: handover.fromId,
    actor: handover.by,
    via: 'handover',
    now,
    traceId: `handover-${handoverId}`,
  })
  const some = [...moved]
  await tx.$executeRaw(Prisma.sql`
    update handover_customer r set tasks = n.tasks
    from unnest(${some.map(([id]) => String(id))}::bigint[], ${some.map(([, n]) => n)}::int[]) as n(customer_id, tasks)
    where r.handover_id = ${handoverId} and r.customer_id = n.customer_id`)
  await lookSoon(tx, handoverId, now)
  return rows.length
}

/**
 * A relation of a customer who is being handed over ended. The taker has them: their tasks go along. WeCom took them from
 * the giver, but the taker's relation is not known yet: the tasks wait for WeCom's result. Of somebody who has left the
 * company all relations go missing: their tasks wait to be handed over, until they die.
 *
 * @returns whether the giver's tasks are looked after, and not to be cancelled
 */
export async function handedOver(
  tx: Db,
  deps: BotDeps,
  ending: { customerId: bigint; employeeId: bigint; by: RelationEnd; now: Date },
): Promise<boolean> {
  if (ending.by === 'customer') return false
  const [row] = await tx.$queryRaw<{ handoverId: bigint; taken: boolean }[]>(Prisma.sql`
    select r.handover_id as "handoverId", exists (
      select 1 from relation taken where taken.customer_id = r.customer_id and taken.employee_id = r.to_id
        and taken.ended_at is null and not taken.half) as taken
    from handover_customer r join handover h on h.id = r.handover_id
    where r.customer_id = ${ending.customerId} and h.from_id = ${ending.employeeId}
      and r.state in ('asking', 'asked')`)
  if (!row) return ending.by === 'missing' && (await hasLeft(tx, ending.employeeId))
  if (row.taken) {
    await finishHandover(tx, deps, row.handoverId, [ending.customerId])
    return true
  }
  await lookSoon(tx, row.handoverId, ending.now)
  return ending.by !== 'guide'
}

async function hasLeft(tx: Db, employeeId: bigint): Promise<boolean> {
  const employee = await tx.employee.findUnique({
    where: { id: employeeId },
    select: { active: true },
  })
  return employee?.active === false
}

/**
 * Some customers stay with the giver: they refused, the taker has too many, or WeCom can't do it. Tasks that waited for
 * the result although the relation is over end now, unless the giver has left: theirs wait to be handed over again. A
 * second call changes nothing.
 *
 * @param which condition on the rows `r`
 * @param why for those it is impossible for
 */
export async function failHandover(
  tx: Db,
  deps: BotDeps,
  which: Prisma.Sql,
  state: 'refused' | 'limit' | 'impossible',
  why: { why: HandoverWhy; errcode: number | null } | null = null,
): Promise<number> {
  const now = deps.clock.now()
  const rows = await tx.$queryRaw<
    { customerId: bigint; handoverId: bigint; fromId: bigint; isOver: boolean }[]
  >(Prisma.sql`
    update handover_customer r set state = ${state}::handover_state, decided_at = ${now}, why = ${why?.why ?? null},
      errcode = ${why?.errcode ?? null}::int
    from handover h join employee giver on giver.id = h.from_id
    where h.id = r.handover_id and r.state in ('asking', 'asked') and ${which}
    returning r.customer_id as "customerId", r.handover_id as "handoverId", h.from_id as "fromId", giver.active and not exists (
      select 1 from relation kept where kept.customer_id = r.customer_id and kept.employee_id = h.from_id
        and kept.ended_at is null) as "isOver"`)
  for (const { customerId, fromId, isOver } of rows) {
    if (!isOver) continue
    await cancelTasks(tx, deps, {
      customerId,
      assigneeId: fromId,
      why: 'relation_ended',
      via: 'handover',
      actor: 'system',
      now,
    })
  }
  for (const id of new Set(rows.map(({ handoverId }) => handoverId))) await lookSoon(tx, id, now)
  return rows.length
}

/** The handover's job looks within a minute. */
async function lookSoon(tx: Db, id: bigint, now: Date): Promise<void> {
  const soon = new Date(now.getTime() + TELL_AFTER_MS)
  await tx.$executeRaw(Prisma.sql`
    update handover set next_run_at = ${soon}
    where id = ${id} and (next_run_at is null or next_run_at > ${soon})`)
}

function ids(rows: readonly Row[]): string[] {
  return rows.map(({ customerId }) => String(customerId))
}
