import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { lockForTags, refreshTags } from './apply-tag-rules.ts'
import { runTogether } from './import/run-together.ts'
import { queueMirror } from './mirror-queue.ts'

/** customers of one transaction */
const CHUNK = 2_000

interface Merge {
  id: bigint
  fromId: bigint
  intoId: bigint
  by: string
}

/**
 * Moves all customers of one tag to another, or back where the merge is being undone: in chunks, each with everything
 * that undoing it needs. Cut off anywhere it goes on where it was; done, it does nothing. WeCom follows by the queue.
 *
 * A tag that a rule had given is the merging person's then: no rule would keep it.
 */
export async function runTagMerge(deps: BotDeps, id: bigint): Promise<void> {
  const merge = await deps.db.prisma.tagMerge.findUnique({ where: { id } })
  if (merge?.state === 'merging') await finish(deps, merge, moveChunk, 'merged')
  if (merge?.state === 'undoing') await finish(deps, merge, undoChunk, 'undone')
}

type Chunk = (tx: Db, merge: Merge, now: Date) => Promise<bigint[]>

async function finish(
  deps: BotDeps,
  merge: Merge,
  chunk: Chunk,
  state: 'merged' | 'undone',
): Promise<void> {
  for (;;) {
    const left = await runTogether(deps.db, async (tx) => {
      const now = deps.clock.now()
      const ids = await chunk(tx, merge, now)
      await refreshTags(tx, deps, ids, now)
      await queueMirror(tx, ids, now)
      if (ids.length === 0) await tx.tagMerge.update({ where: { id: merge.id }, data: { state } })
      return ids.length
    })
    if (left === 0) break
  }
  deps.log.info({ merge: merge.id.toString(), state }, 'tags merged')
}

/** as removed_by: what undoing looks for */
const mark = ({ id }: Merge): string => `merge:${id}`

const moveChunk: Chunk = async (tx, merge, now) => {
  const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    select customer_id as id from customer_tag
    where tag_id = ${merge.fromId} and removed_at is null order by customer_id limit ${CHUNK}`)
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return ids
  await lockForTags(tx, ids)
  await tx.$executeRaw(Prisma.sql`
    with moved as (
      select * from customer_tag
      where tag_id = ${merge.fromId} and removed_at is null and customer_id = any(${ids}::bigint[])
    ), put_on as (
      insert into customer_tag as ct (customer_id, tag_id, origin, origin_by, evidence, added_at, expires_at)
      select customer_id, ${merge.intoId}, case when origin = 'rule' then 'guide' else origin end,
        case when origin = 'rule' then ${merge.by} else origin_by end, evidence, added_at,
        case when origin <> 'rule' then expires_at end
      from moved order by customer_id
      on conflict (customer_id, tag_id) do update set
        origin = excluded.origin, origin_by = excluded.origin_by, evidence = excluded.evidence,
        added_at = excluded.added_at, expires_at = excluded.expires_at,
        removed_at = null, removed_by = null, lapsed_at = null
      where ct.removed_at is not null
      returning ct.customer_id
    ), noted as (
      insert into tag_merge_row (merge_id, customer_id, before)
      select ${merge.id}, p.customer_id, to_jsonb(was)
      from put_on p left join customer_tag was on was.customer_id = p.customer_id and was.tag_id = ${merge.intoId}
    )
    update customer_tag ct set removed_at = ${now}, removed_by = ${mark(merge)}, lapsed_at = null
    from moved where ct.customer_id = moved.customer_id and ct.tag_id = ${merge.fromId}`)
  return ids
}

/** What somebody changed since the merge stays as they left it. */
const undoChunk: Chunk = async (tx, merge, now) => {
  const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    select customer_id as id from customer_tag
    where tag_id = ${merge.fromId} and removed_by = ${mark(merge)} and removed_at is not null
    order by customer_id limit ${CHUNK}`)
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return ids
  await lockForTags(tx, ids)
  await tx.$executeRaw(Prisma.sql`
    with back as (
      update customer_tag ct set removed_at = null, removed_by = null, lapsed_at = null
      where ct.tag_id = ${merge.fromId} and ct.removed_by = ${mark(merge)} and ct.customer_id = any(${ids}::bigint[])
      returning ct.customer_id, ct.added_at
    ), noted as (
      delete from tag_merge_row m where m.merge_id = ${merge.id} and m.customer_id = any(${ids}::bigint[])
      returning m.customer_id, m.before
    )
    update customer_tag ct set
      origin = coalesce(was.origin, ct.origin), origin_by = case when n.before is null then ct.origin_by else was.origin_by end,
      evidence = case when n.before is null then ct.evidence else was.evidence end,
      added_at = coalesce(was.added_at, ct.added_at), expires_at = was.expires_at,
      removed_at = coalesce(was.removed_at, ${now}), removed_by = coalesce(was.removed_by, ${mark(merge)}),
      lapsed_at = case when n.before is null then ${now} else was.lapsed_at end
    from noted n join back using (customer_id)
    left join lateral jsonb_populate_record(null::customer_tag, n.before) was on n.before is not null
    where ct.customer_id = n.customer_id and ct.tag_id = ${merge.intoId}
      and ct.removed_at is null and ct.added_at = back.added_at`)
  return ids
}
