import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from '../tasks/close.ts'
import { CUSTOMER_TABLES, sameKey, type CustomerTable } from './customer-tables.ts'
import { settleBought } from './settle-bought.ts'
import { settleTasks } from './settle-tasks.ts'

/** A WeCom-only row and the member's row that takes it over. */
export interface MergePair {
  from: bigint
  into: bigint
}

/** What needs more than a move where both have rows; what hangs on the row that goes and is told by nobody else moves too. */
const BY_ITSELF = new Set(['relation', 'customer_tag', 'task', 'outbox'])
const DERIVED_OF_POINTS = ['points_lot', 'points_use', 'points_shortfall']

/**
 * Makes two rows of one person one: everything that hangs on `from` moves to `into`, which also gets its WeCom
 * identity, and `from` is gone. Set-based, in the caller's transaction. Pairs that no longer hold once the rows
 * are locked (someone joined one of them meanwhile) are left out.
 *
 * Where both have a row under one key: of two relations the live one stays, of two tags the one changed last
 * (domain-rules 13), of two tasks the member's, the other ends and keeps its history under a key of its own; a "no more"
 * of either holds (domain-rules 10). Tasks that the two together make untrue end (domain-rules 9).
 *
 * @returns the pairs that were merged
 */
export async function mergeCustomers(
  tx: Db,
  deps: BotDeps,
  pairs: readonly MergePair[],
): Promise<MergePair[]> {
  const now = deps.clock.now()
  const merged = await lockPairs(tx, pairs)
  if (merged.length === 0) return []
  const pair = Prisma.sql`unnest(${merged.map((p) => p.from)}::bigint[], ${merged.map((p) => p.into)}::bigint[]) as p(src, dst)`
  await moveRelations(tx, pair)
  await moveTags(tx, pair)
  await moveTasks(tx, deps, pair, now)
  for (const policy of CUSTOMER_TABLES) {
    if (BY_ITSELF.has(policy.table)) continue
    if (policy.how === 'moves') await moveRows(tx, policy.table, pair)
    if (policy.how === 'collides') await moveFree(tx, policy, pair)
  }
  // of rows that were made by hand: a WeCom customer has no ledger
  for (const table of DERIVED_OF_POINTS) await moveRows(tx, table, pair)
  await tx.$executeRaw`
    update outbox t set customer_id = p.dst from ${pair}
    where t.customer_id = p.src and t.state in ('pending', 'sending')`
  await joinRows(tx, pair, now)
  const ids = merged.map(({ into }) => into)
  await settleBought(tx, ids)
  await settleTasks(tx, deps, ids, { actor: 'system', via: 'callback', now })
  return merged
}

/** Locks the rows, in the order of ids; keeps the pairs that are still a WeCom-only row and a member without WeCom. */
async function lockPairs(tx: Db, pairs: readonly MergePair[]): Promise<MergePair[]> {
  if (pairs.length === 0) return []
  const ids = pairs.flatMap((pair) => [pair.from, pair.into])
  const rows = await tx.$queryRaw<{ id: bigint; member: boolean; wecom: boolean }[]>`
    select id, member_no is not null as member, external_userid is not null as wecom
    from customer where id = any(${ids}::bigint[]) order by id for update`
  const byId = new Map(rows.map((row) => [row.id, row]))
  const taken = new Set<bigint>()
  return pairs.filter(({ from, into }) => {
    const [source, target] = [byId.get(from), byId.get(into)]
    if (!source || !target || source.member || !target.member || target.wecom) return false
    if (taken.has(from) || taken.has(into)) return false
    taken.add(from).add(into)
    return true
  })
}

async function moveRelations(tx: Db, pair: Prisma.Sql): Promise<void> {
  await tx.$executeRaw`
    delete from relation kept using ${pair} join relation moved on moved.customer_id = p.src
    where kept.customer_id = p.dst and kept.employee_id = moved.employee_id
      and (moved.ended_at is null or kept.ended_at is not null)`
  await tx.$executeRaw`
    update relation t set customer_id = p.dst from ${pair}
    where t.customer_id = p.src and not exists (
      select from relation kept where kept.customer_id = p.dst and kept.employee_id = t.employee_id)`
}

async function moveTags(tx: Db, pair: Prisma.Sql): Promise<void> {
  await tx.$executeRaw`
    update tag_mirror_queue q set customer_id = p.dst from ${pair}
    where q.customer_id = p.src and not exists (
      select from tag_mirror_queue kept where kept.customer_id = p.dst)`
  await tx.$executeRaw`
    delete from customer_tag kept using ${pair} join customer_tag moved on moved.customer_id = p.src
    where kept.customer_id = p.dst and kept.tag_id = moved.tag_id
      and coalesce(moved.removed_at, moved.added_at) > coalesce(kept.removed_at, kept.added_at)`
  await tx.$executeRaw`
    update customer_tag t set customer_id = p.dst from ${pair}
    where t.customer_id = p.src and not exists (
      select from customer_tag kept where kept.customer_id = p.dst and kept.tag_id = t.tag_id)`
}

async function moveTasks(tx: Db, deps: BotDeps, pair: Prisma.Sql, now: Date): Promise<void> {
  const doubled = await tx.$queryRaw<{ id: bigint }[]>`
    select t.id from ${pair} join task t on t.customer_id = p.src
    join task kept on kept.customer_id = p.dst and kept.kind = t.kind and kept.occurrence = t.occurrence
    order by t.id`
  const ids = doubled.map(({ id }) => id)
  const by = { actor: 'system', via: 'callback', now }
  await closeTasks(tx, deps, ids, { ...by, to: 'cancelled', reason: 'merged' })
  await tx.$executeRaw`
    update task set occurrence = occurrence || ':merged:' || customer_id, updated_at = ${now}::timestamptz
    where id = any(${ids.map(String)}::bigint[])`
  await moveRows(tx, 'task', pair)
}

async function moveRows(tx: Db, table: string, pair: Prisma.Sql): Promise<void> {
  await tx.$executeRaw`
    update ${Prisma.raw(table)} t set customer_id = p.dst from ${pair} where t.customer_id = p.src`
}

/** Moves the rows of which the member has none under the same key; the others go with the row they hang on. */
async function moveFree(tx: Db, policy: CustomerTable, pair: Prisma.Sql): Promise<void> {
  const table = Prisma.raw(policy.table)
  await tx.$executeRaw`
    update ${table} a set customer_id = p.dst from ${pair}
    where a.customer_id = p.src and not exists (
      select from ${table} b where b.customer_id = p.dst and ${Prisma.raw(sameKey(policy))})`
}

/** The member's own words win; the WeCom identity comes from the other row. */
async function joinRows(tx: Db, pair: Prisma.Sql, now: Date): Promise<void> {
  await tx.$executeRaw`
    with gone as (
      delete from customer w using ${pair} where w.id = p.src returning w.*, p.dst
    )
    update customer m set
      external_userid = g.external_userid,
      unionid = coalesce(m.unionid, g.unionid),
      wecom_name = g.wecom_name, avatar = g.avatar, wecom_type = g.wecom_type,
      name = coalesce(m.name, g.name),
      gender = coalesce(m.gender, g.gender),
      birth_year = case when m.birthday_md is null then g.birth_year else m.birth_year end,
      birthday_lunar = case when m.birthday_md is null then g.birthday_lunar else m.birthday_lunar end,
      birthday_md = coalesce(m.birthday_md, g.birthday_md),
      mobile_enc = case when m.mobile_hash is null then g.mobile_enc else m.mobile_enc end,
      mobile_hash = coalesce(m.mobile_hash, g.mobile_hash),
      joined_at = coalesce(m.joined_at, g.joined_at),
      store_no = coalesce(m.store_no, g.store_no),
      guide_userid = coalesce(m.guide_userid, g.guide_userid),
      source = coalesce(m.source, g.source),
      attributes = g.attributes || m.attributes,
      consent = case when 'none' in (m.consent, g.consent) then 'none'
        else coalesce((select c.consent from consent c where c.customer_id = m.id order by c.at desc, c.id desc limit 1),
          m.consent) end,
      match_issue = null,
      updated_at = ${now}::timestamptz
    from gone g where m.id = g.dst`
}
