import { businessDay, type BusinessDay } from '../../domain/business-day.ts'
import { tierRank } from '../../domain/tier-table.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { loadTiers } from '../rules/load-tiers.ts'
import { closeTasks } from '../tasks/close.ts'
import { CUSTOMER_TABLES, sameKey } from './customer-tables.ts'
import { lockMembers } from './members-lock.ts'
import { keptColumns, type MergeField } from './merge-fields.ts'
import { tellWecom } from './mirror-queue.ts'
import { retag } from './retag.ts'
import { settleBought } from './settle-bought.ts'
import { settleLots } from './settle-lots.ts'
import { settleTasks } from './settle-tasks.ts'
import { recomputeStats } from './stats.ts'
import { tellTiers } from './write-tiers.ts'

/** Why two customers can't be made one: one is not there, it is the same one, or WeCom knows both. */
export type NotMergeable = 'not_found' | 'same' | 'both_in_wecom'

export type Merged = { ok: true; mergeId: bigint } | { ok: false; why: NotMergeable }

/** What puts a merge back. Rows are JSON text as PostgreSQL wrote it, so that nothing is lost on the way. */
export interface MergeUndo {
  from: string
  keptBefore: string
  keptAfter: string
  /** keys of the rows that moved, by table */
  moved: Record<string, string[]>
  /** rows of the one who went that had no place, by table: a JSON list */
  left: Record<string, string>
  /** rows of the kept one that made way for newer ones, by table: a JSON list */
  replaced: Record<string, string>
  /** tasks of both for the same occasion, and those that the merge ended, as they were: a JSON list */
  doubled: string
  /** the tier the kept one has by the merge alone, and its line of history where it had another before */
  tier: { code: string; changeId: string | null } | null
  /** customers whom the other brought */
  referred: string[]
}

interface Pair {
  from: bigint
  into: bigint
}

/**
 * Makes two rows of one person one, as somebody decided: everything that hangs on `from` moves to `into`, and `from` is
 * gone; its member number means `into` from now on. What it takes to put everything back is kept with the merge
 * (undo-merge.ts). Points, figures and tags of `into` are told anew in the same transaction; it has the higher of the
 * two tiers at once, and the night judges by all orders.
 *
 * Nobody is made one whom WeCom knows twice: those are two chats (docs/adr/0025-duplicates-by-hand.md).
 *
 * @param take what both know and the kept row takes from the other
 */
export async function mergeByHand(
  tx: Db,
  deps: BotDeps,
  input: Pair & { take: readonly MergeField[]; by: string; now: Date; traceId: string },
): Promise<Merged> {
  const { from, into, now } = input
  if (from === into) return { ok: false, why: 'same' }
  await lockMembers(tx)
  const why = await whyNot(tx, input)
  if (why) return { ok: false, why }
  const day = businessDay(now, deps.zone)
  const { id: mergeId } = await tx.customerMerge.create({
    data: { fromId: from, intoId: into, by: input.by, at: now },
    select: { id: true },
  })
  const [before] = await tx.$queryRaw<
    { kept: string; gone: string; no: string | null; own: string | null }[]
  >`
    select to_jsonb(m)::text as kept, to_jsonb(g)::text as gone, g.member_no as no, m.member_no as own
    from customer m, customer g where m.id = ${into} and g.id = ${from}`
  if (!before) throw new Error(`customer ${into} or ${from} went while it was locked`)

  const tier = await keepHigherTier(tx, input, day)
  const live = await liveTasks(tx, input)
  const doubled = await freeTasks(tx, deps, input)
  const moved: MergeUndo['moved'] = {}
  const left: MergeUndo['left'] = tier.left
  const replaced: MergeUndo['replaced'] = tier.replaced
  for (const policy of CUSTOMER_TABLES) {
    const { table, how, key } = policy
    if (table === 'customer_tier') continue
    if (table === 'customer_tag') replaced[table] = await dropOlderTags(tx, input)
    if (how === 'collides') left[table] = await dropRows(tx, table, from, collision(policy, into))
    if (how === 'one') left[table] = await dropRows(tx, table, from)
    if (key === 'customer_id') await dropRows(tx, table, from)
    else moved[table] = await moveRows(tx, table, key, input)
  }
  const referred = before.no && before.own ? await moveReferred(tx, before.no, before.own) : []
  const [after] = await tx.$queryRaw<{ kept: string }[]>(Prisma.sql`
    with g as (delete from customer where id = ${from} returning *)
    update customer m set ${keptColumns(input.take, now)} from g where m.id = ${into}
    returning to_jsonb(m)::text as kept`)
  if (before.no && before.own) {
    await tx.$executeRaw`
      insert into member_alias (member_no, customer_id, merge_id) values (${before.no}, ${into}, ${mergeId})`
  }
  // of both: nobody brought themselves
  const [kept] = await tx.$queryRaw<{ kept: string }[]>`
    update customer set referrer_member_no = null
    where id = ${into} and referrer_member_no in (${before.no}, ${before.own}) returning to_jsonb(customer)::text as kept`
  await settle(tx, deps, [into], input)
  const ended = await endedOf(tx, live, doubled)
  const undo: MergeUndo = {
    from: before.gone,
    keptBefore: before.kept,
    keptAfter: (kept ?? after)?.kept ?? before.kept,
    moved,
    left,
    replaced,
    doubled: `[${[...doubled, ...ended].map(({ row }) => row).join(',')}]`,
    tier: await tellHigherTier(tx, deps, input, tier, day),
    referred,
  }
  await tx.$executeRaw`
    update customer_merge set undo = ${JSON.stringify(undo)}::jsonb where id = ${mergeId}`
  await writeDown(tx, { now, by: input.by, action: 'customers.merged', mergeId, from, into })
  return { ok: true, mergeId }
}

/** Figures, points, tasks, tags and WeCom's tags of customers whose rows have come or gone. */
export async function settle(
  tx: Db,
  deps: BotDeps,
  customerIds: bigint[],
  { by, now, traceId }: { by: string; now: Date; traceId: string },
): Promise<void> {
  await recomputeStats(tx, customerIds, businessDay(now, deps.zone))
  await settleBought(tx, customerIds)
  await settleLots(tx, deps.zone, customerIds)
  await settleTasks(tx, deps, customerIds, { actor: by, via: 'merge', now })
  await retag(tx, deps, customerIds, { now, traceId, rulesHeld: true })
  await tellWecom(tx, customerIds, now, traceId)
}

/** Who made two customers one, or took it back. */
export async function writeDown(
  tx: Db,
  merge: Pair & { now: Date; by: string; action: string; mergeId: bigint },
): Promise<void> {
  await tx.auditLog.create({
    data: {
      at: merge.now,
      actor: merge.by,
      action: merge.action,
      subject: `customer:${merge.into}`,
      detail: { merge: String(merge.mergeId), from: String(merge.from) },
    },
  })
}

async function whyNot(tx: Db, { from, into }: Pair): Promise<NotMergeable | null> {
  const rows = await tx.$queryRaw<{ wecom: boolean }[]>`
    select external_userid is not null as wecom from customer
    where id = any(${[from, into]}::bigint[]) order by id for update`
  if (rows.length < 2) return 'not_found'
  if (rows.every(({ wecom }) => wecom)) return 'both_in_wecom'
  const [met] = await tx.$queryRaw<unknown[]>`
    select 1 from relation a join relation b on b.employee_id = a.employee_id
    where a.customer_id = ${from} and b.customer_id = ${into} limit 1`
  return met ? 'both_in_wecom' : null
}

async function moveRows(
  tx: Db,
  table: string,
  key: string,
  { from, into }: Pair,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ key: string }[]>(Prisma.sql`
    update ${Prisma.raw(table)} set customer_id = ${into} where customer_id = ${from}
    returning ${Prisma.raw(key)}::text as key`)
  return rows.map((row) => row.key)
}

/** Takes rows `a` of a customer away. @returns them as a JSON list */
export async function dropRows(
  tx: Db,
  table: string,
  customerId: bigint,
  which: Prisma.Sql = Prisma.empty,
): Promise<string> {
  const [gone] = await tx.$queryRaw<{ rows: string }[]>(Prisma.sql`
    with gone as (delete from ${Prisma.raw(table)} a where a.customer_id = ${customerId} ${which} returning a.*)
    select coalesce(jsonb_agg(to_jsonb(gone)), '[]')::text as rows from gone`)
  return gone?.rows ?? '[]'
}

function collision(policy: (typeof CUSTOMER_TABLES)[number], other: bigint): Prisma.Sql {
  return Prisma.sql`and exists (
    select from ${Prisma.raw(policy.table)} b where b.customer_id = ${other} and ${Prisma.raw(sameKey(policy))})`
}

/** Of two tags the one changed last holds (domain-rules 13). */
function dropOlderTags(tx: Db, { from, into }: Pair): Promise<string> {
  return dropRows(
    tx,
    'customer_tag',
    into,
    Prisma.sql`and exists (
      select from customer_tag b where b.customer_id = ${from} and b.tag_id = a.tag_id
        and coalesce(b.removed_at, b.added_at) > coalesce(a.removed_at, a.added_at))`,
  )
}

/** Of two tasks for one occasion the kept customer's stays; the other ends and keeps its history under a key of its own. */
async function freeTasks(
  tx: Db,
  deps: BotDeps,
  { from, into, now, by }: Pair & { now: Date; by: string },
): Promise<TaskBefore[]> {
  const doubled = await tx.$queryRaw<TaskBefore[]>`
    select a.id, to_jsonb(a)::text as row from task a
    join task b on b.customer_id = ${into} and b.kind = a.kind and b.occurrence = a.occurrence
    where a.customer_id = ${from}`
  const ids = doubled.map(({ id }) => id)
  await closeTasks(tx, deps, ids, {
    to: 'cancelled',
    reason: 'merged',
    actor: by,
    via: 'merge',
    now,
  })
  await tx.$executeRaw`
    update task set occurrence = occurrence || ':merged:' || ${String(from)}::text, updated_at = ${now}
    where id = any(${ids}::bigint[])`
  return doubled
}

/** A task as it was: its row as JSON. */
interface TaskBefore {
  id: bigint
  row: string
}

function liveTasks(tx: Db, { from, into }: Pair): Promise<TaskBefore[]> {
  return tx.$queryRaw<TaskBefore[]>`
    select t.id, to_jsonb(t)::text as row from task t
    where t.customer_id = any(${[from, into]}::bigint[]) and t.state in ('open', 'in_progress') order by t.id`
}

/** Of tasks that were live, those that are no more and are not among the doubled. */
async function endedOf(
  tx: Db,
  live: readonly TaskBefore[],
  doubled: readonly TaskBefore[],
): Promise<TaskBefore[]> {
  const known = new Set(doubled.map(({ id }) => id))
  const ended = await tx.task.findMany({
    where: { id: { in: live.map(({ id }) => id) }, state: { notIn: ['open', 'in_progress'] } },
    select: { id: true },
  })
  const gone = new Set(ended.map(({ id }) => id))
  return live.filter(({ id }) => gone.has(id) && !known.has(id))
}

interface HigherTier {
  left: Record<string, string>
  replaced: Record<string, string>
  /** null: the kept customer's own was as high */
  took: { before: string | null; after: string } | null
}

/** The kept customer has the higher of the two kept tiers, with all that is known of it. */
async function keepHigherTier(tx: Db, { from, into }: Pair, day: BusinessDay): Promise<HigherTier> {
  const { table } = await loadTiers(tx)
  const kept = await tx.customerTier.findMany({ where: { customerId: { in: [from, into] } } })
  const theirs = kept.find(({ customerId }) => customerId === from)
  const own = kept.find(({ customerId }) => customerId === into)
  const isHigher = theirs && (!own || tierRank(table, theirs.tier) > tierRank(table, own.tier))
  const left = { customer_tier: await dropRows(tx, 'customer_tier', from) }
  if (!isHigher) return { left, replaced: {}, took: null }
  const replaced = { customer_tier: await dropRows(tx, 'customer_tier', into) }
  await tx.customerTier.create({
    data: { ...theirs, customerId: into, since: own ? new Date(day) : theirs.since },
  })
  return { left, replaced, took: { before: own?.tier ?? null, after: theirs.tier } }
}

async function tellHigherTier(
  tx: Db,
  deps: BotDeps,
  { into }: Pair,
  { took }: HigherTier,
  day: BusinessDay,
): Promise<MergeUndo['tier']> {
  if (!took) return null
  const { before, after } = took
  if (before === null) return { code: after, changeId: null }
  const { id } = await tx.tierChange.create({
    data: { customerId: into, day: new Date(day), before, after, reason: 'merge', facts: {} },
    select: { id: true },
  })
  const customer = await tx.customer.findUniqueOrThrow({
    where: { id: into },
    select: { memberNo: true, externalUserid: true },
  })
  const { memberNo, externalUserid: externalUserId } = customer
  await tellTiers(tx, deps, day, [
    { customerId: into, memberNo, externalUserId, before, after, reason: 'merge' },
  ])
  return { code: after, changeId: String(id) }
}

/** Whom the other brought counts for the kept number: the chain knows one person by both. */
async function moveReferred(tx: Db, no: string, own: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update customer set referrer_member_no = ${own} where referrer_member_no = ${no} returning id::text`
  return rows.map(({ id }) => id)
}
