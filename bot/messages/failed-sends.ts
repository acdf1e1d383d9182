import { Prisma, type Db } from '../../prisma/db.ts'
import { DELIVER_JOBS } from './outbox.ts'

/** Why a call that failed is not worth another try, however often somebody asks for one. */
export const USELESS = ['too_late', 'task_closed', 'superseded', 'no_subscriber'] as const
export type Useless = (typeof USELESS)[number]

/** Rows that one statement starts again at most: what is more is asked for again. */
export const MOST_RETRIED = 20_000

/**
 * Of an outbox row `o`: why another try is of no use, null where it may be. A remark that was written again since would
 * put the older text back; a card of a task that has ended, or is somebody else's now, asks for what is done.
 */
export function whyUseless(now: Date): Prisma.Sql {
  return Prisma.sql`case
    when o.not_after <= ${now}::timestamptz then 'too_late'
    when o.kind = 'app_message' and exists (
      select 1 from task t join employee e on e.id = t.assignee_id
      where t.id = o.task_id and (t.state not in ('open', 'in_progress') or e.userid_key <> lower(o.recipient)))
      then 'task_closed'
    when o.kind = 'remark' and exists (
      select 1 from outbox newer where newer.customer_id = o.customer_id and newer.kind = 'remark'
        and newer.id > o.id and newer.payload ->> 'userid' = o.payload ->> 'userid') then 'superseded'
    when o.kind = 'webhook' and not exists (
      select 1 from webhook w where w.id = (o.payload ->> 'webhookId')::bigint and w.removed_at is null)
      then 'no_subscriber' end`
}

/**
 * Of an outbox row `o`: whether the call may have been made all the same. A subscriber of events knows repetitions by
 * their id, so that a webhook is never unsure.
 */
export const mayBeSent = Prisma.sql`(o.unsure_since is not null and o.kind <> 'webhook')`

/**
 * Starts failed calls again, in one statement: what is of no use stays as it is, and so does what may have been sent
 * unless it is asked for. Of two who ask at once, one starts a row. What was asked again keeps what it needs to
 * recognise its own repetition (a card's id, a tag); a plain message can't, and is sent again, knowingly.
 *
 * @param which one row, or all of a kind, the oldest first
 * @returns how many were started, at most MOST_RETRIED
 */
export async function retryFailed(
  tx: Db,
  now: Date,
  which: { id: bigint } | { kind: string },
  options: { evenIfUnsure: boolean },
): Promise<number> {
  const chosen = 'id' in which ? Prisma.sql`o.id = ${which.id}` : Prisma.sql`o.kind = ${which.kind}`
  const answer = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
    with chosen as materialized (
      select o.id from outbox o
      where o.state = 'failed' and ${chosen} and ${whyUseless(now)} is null
        and (${options.evenIfUnsure} or not ${mayBeSent})
      order by o.not_before, o.id limit ${MOST_RETRIED} for update skip locked
    ), added as (
      update outbox o set state = 'pending', attempts = 0, errcode = null, last_error = null,
        unsure_since = case
          when o.kind = 'app_message' and o.payload #>> '{template_card,task_id}' is null then null
          else o.unsure_since end
      from chosen where o.id = chosen.id and o.state = 'failed'
      returning o.id, o.kind, o.payload ->> 'webhookId' as subscriber
    ), due as (
      select ${DELIVER_JOBS} as jobs, count(*)::int as n from added
    ), queued as (
      select count(*) from due, lateral graphile_worker.add_jobs(due.jobs) where due.n > 0
    )
    select due.n as count from due, queued`)
  return answer[0]?.count ?? 0
}
