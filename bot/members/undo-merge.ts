import { businessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from '../tasks/close.ts'
import { CUSTOMER_TABLES } from './customer-tables.ts'
import { lockMembers } from './members-lock.ts'
import { settle, writeDown, type MergeUndo } from './merge-by-hand.ts'
import { retag } from './retag.ts'
import { raiseTiersOf } from './settle-tiers-of.ts'
import { tellTiers } from './write-tiers.ts'

/** Days in which a merge by hand can be undone. */
export const UNDO_DAYS = 30

const DAY_MS = 86_400_000

/** Why a merge can't be undone: there is none, it was undone, its time is over, or its kept customer was merged again since. */
export type NotUndoable = 'not_found' | 'undone' | 'too_late' | 'merged_again'

export type Undone = { ok: true } | { ok: false; why: NotUndoable }

/**
 * Puts back what a merge by hand moved: both customers are there again, under their ids, with what they had. What came
 * since stays with the kept one, unless the member number it came under, or WeCom's name for the customer, says it is the
 * other's. What somebody has changed since holds.
 */
export async function undoMerge(
  tx: Db,
  deps: BotDeps,
  input: { mergeId: bigint; by: string; now: Date; traceId: string },
): Promise<Undone> {
  const { mergeId, by, now } = input
  await lockMembers(tx)
  const [merge] = await tx.$queryRaw<
    { from: bigint; into: bigint; at: Date; undo: MergeUndo | null; undoneAt: Date | null }[]
  >`select from_id as from, into_id as into, at, undo, undone_at as "undoneAt"
    from customer_merge where id = ${mergeId} for update`
  if (!merge) return { ok: false, why: 'not_found' }
  const { from, into, undo } = merge
  if (merge.undoneAt) return { ok: false, why: 'undone' }
  if (!undo || now.getTime() - merge.at.getTime() > UNDO_DAYS * DAY_MS)
    return { ok: false, why: 'too_late' }
  const [kept] = await tx.$queryRaw<unknown[]>`select 1 from customer where id = ${into} for update`
  if (!kept || (await wasMergedSince(tx, mergeId, into))) return { ok: false, why: 'merged_again' }

  await restoreKept(tx, into, undo)
  await tx.$executeRaw`
    insert into customer select * from jsonb_populate_record(null::customer, ${undo.from}::jsonb)`
  await keepNoMore(tx, merge)
  await tx.$executeRaw`delete from member_alias where merge_id = ${mergeId}`
  const [gone] = await tx.$queryRaw<{ memberNo: string | null; wecom: boolean }[]>`
    select member_no as "memberNo", external_userid is not null as wecom from customer where id = ${from}`
  // their own, and those that had become theirs by merges before
  const numbers = [gone?.memberNo ?? null, ...(undo.moved['member_alias'] ?? [])]
  for (const { table, key, ofMember } of CUSTOMER_TABLES) {
    const isTheirs = Prisma.sql`(t.${Prisma.raw(key)}::text = any(${undo.moved[table] ?? []}::text[])
      ${ofMember ? Prisma.sql`or t.member_no = any(${numbers}::text[])` : Prisma.empty}
      ${table === 'relation' && gone?.wecom ? Prisma.sql`or true` : Prisma.empty})`
    await tx.$executeRaw`
      update ${Prisma.raw(table)} t set customer_id = ${from} where t.customer_id = ${into} and ${isTheirs}`
  }
  await putBackTier(tx, deps, { into, now }, undo)
  for (const rows of [undo.left, undo.replaced]) {
    for (const [table, list] of Object.entries(rows)) await insertRows(tx, table, list)
  }
  await reopenTasks(tx, undo, { by, now, mergedAt: merge.at })
  if (gone?.wecom) await endTasksSince(tx, deps, merge, { by, now })
  await tx.$executeRaw`
    update customer c set referrer_member_no = ${gone?.memberNo ?? null} from customer m
    where m.id = ${into} and c.id = any(${undo.referred}::bigint[]) and c.referrer_member_no = m.member_no`
  await settle(tx, deps, [into, from], input)
  // what the merge gave is gone; what their own orders have earned since is not
  const risen = await raiseTiersOf(tx, deps, [into, from], businessDay(now, deps.zone))
  await retag(tx, deps, risen, { now, traceId: input.traceId, rulesHeld: true })
  await tx.customerMerge.update({
    where: { id: mergeId },
    data: { undo: Prisma.DbNull, undoneAt: now, undoneBy: by },
    select: { id: true },
  })
  await writeDown(tx, { now, by, action: 'customers.merge_undone', mergeId, from, into })
  return { ok: true }
}

/** Drops what would undo merges whose time is over: it holds a person's data twice. @returns how many */
export async function forgetOldMerges(tx: Db, now: Date): Promise<number> {
  return await tx.$executeRaw`
    update customer_merge set undo = null
    where undo is not null and at < ${new Date(now.getTime() - UNDO_DAYS * DAY_MS)}`
}

/** The last merge goes first: what an earlier one put there may be what a later one agrees with, such as a “no more”. */
async function wasMergedSince(tx: Db, mergeId: bigint, into: bigint): Promise<boolean> {
  const later = await tx.customerMerge.findFirst({
    where: { intoId: into, id: { gt: mergeId }, undoneAt: null },
    select: { id: true },
  })
  return later !== null
}

/** Guides who lose the customer with the undo end what was made for them since (domain-rules 9: an ended relation). */
async function endTasksSince(
  tx: Db,
  deps: BotDeps,
  { into, at }: { into: bigint; at: Date },
  { by, now }: { by: string; now: Date },
): Promise<void> {
  const left = await tx.$queryRaw<{ id: bigint }[]>`
    select t.id from task t
    where t.customer_id = ${into} and t.state in ('open', 'in_progress') and t.created_at > ${at} and not exists (
      select from relation r where r.customer_id = ${into} and r.employee_id = t.assignee_id and r.ended_at is null)`
  await closeTasks(
    tx,
    deps,
    left.map(({ id }) => id),
    { to: 'cancelled', reason: 'relation_ended', actor: by, via: 'merge', now },
  )
}

/** A “no more” that came since may be of either: it holds for both (domain-rules 10). */
async function keepNoMore(
  tx: Db,
  { from, into, at }: { from: bigint; into: bigint; at: Date },
): Promise<void> {
  await tx.$executeRaw`
    with said as (
      select source, by, at from consent
      where customer_id = ${into} and consent = 'none' and at > ${at} order by at desc limit 1
    ), noted as (
      insert into consent (customer_id, consent, source, by, at) select ${from}, 'none', source, by, at from said
    )
    update customer set consent = 'none' from said where id = ${from}`
}

/** Each field that the merge changed and nobody since is as it was. */
async function restoreKept(tx: Db, into: bigint, undo: MergeUndo): Promise<void> {
  const columns = Object.keys(JSON.parse(undo.keptBefore) as object)
    .filter((column) => column !== 'id')
    .map((column) => `"${column}"`)
    .join(', ')
  await tx.$executeRaw(Prisma.sql`
    update customer m set (${Prisma.raw(columns)}) = (
      select ${Prisma.raw(columns)} from jsonb_populate_record(null::customer, to_jsonb(m) || coalesce((
        select jsonb_object_agg(was.key, was.value)
        from jsonb_each(${undo.keptBefore}::jsonb) was
        join jsonb_each(${undo.keptAfter}::jsonb) became using (key)
        where was.value <> became.value and to_jsonb(m) -> key = became.value
      ), '{}'::jsonb)))
    where m.id = ${into}`)
}

async function insertRows(tx: Db, table: string, list: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    insert into ${Prisma.raw(table)}
    select * from jsonb_populate_recordset(null::${Prisma.raw(table)}, ${list}::jsonb)
    on conflict do nothing`)
}

/** The kept customer's own tier again, unless a night has judged since. */
async function putBackTier(
  tx: Db,
  deps: BotDeps,
  { into, now }: { into: bigint; now: Date },
  { tier, replaced }: MergeUndo,
): Promise<void> {
  if (!tier) return
  const { count } = await tx.customerTier.deleteMany({
    where: { customerId: into, tier: tier.code },
  })
  if (count === 0) delete replaced['customer_tier']
  if (count === 0 || tier.changeId === null) return
  const change = await tx.tierChange.delete({ where: { id: BigInt(tier.changeId) } })
  const { memberNo, externalUserid } = await tx.customer.findUniqueOrThrow({
    where: { id: into },
    select: { memberNo: true, externalUserid: true },
  })
  const day = businessDay(now, deps.zone)
  await tellTiers(tx, deps, day, [
    {
      customerId: into,
      memberNo,
      externalUserId: externalUserid,
      before: change.after,
      after: change.before,
      reason: 'merge',
    },
  ])
}

/** Tasks that the merge ended are as they were; what became of them since holds, and so does a newer one for the occasion. */
async function reopenTasks(
  tx: Db,
  undo: MergeUndo,
  { by, now, mergedAt }: { by: string; now: Date; mergedAt: Date },
): Promise<void> {
  const ended = Prisma.sql`t.closed_at = ${mergedAt}`
  await tx.$executeRaw(Prisma.sql`
    with was as (select * from jsonb_populate_recordset(null::task, ${undo.doubled}::jsonb)), reopened as (
      update task t set occurrence = was.occurrence, updated_at = ${now},
        state = case when ${ended} then was.state else t.state end,
        closed_at = case when ${ended} then was.closed_at else t.closed_at end,
        closing = case when ${ended} then was.closing else t.closing end,
        outcome = case when ${ended} then was.outcome else t.outcome end,
        snoozed_until = case when ${ended} then was.snoozed_until else t.snoozed_until end,
        close_reason = case when ${ended} then was.close_reason else t.close_reason end
      from was where t.id = was.id and not exists (
        select from task newer where newer.id <> t.id and newer.customer_id = t.customer_id and newer.kind = t.kind
          and newer.occurrence = was.occurrence)
      returning t.id, t.state
    )
    insert into task_event (task_id, at, actor, via, from_state, to_state, detail)
    select id, ${now}, ${by}, 'merge', 'cancelled', state, '{"why": "merge_undone"}'
    from reopened where state in ('open', 'in_progress')`)
}
