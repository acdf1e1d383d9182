import type { TagDimension } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { lockTagLibrary } from '../messages/tag-library-lock.ts'
import { WecomError } from '../wecom/error-table.ts'
import { PATIENT } from './lock-customer.ts'
import type { WecomTagGroup } from './wecom-shapes.ts'

/** Which part of the library to read: everything, some groups, or some tags (WeCom's ids). */
export type TagScope = 'all' | { groupIds: string[] } | { tagIds: string[] }

/** the first that fits holds: 消费偏好 is about consumption */
const DIMENSION_WORDS: [TagDimension, RegExp][] = [
  ['source', /来源|渠道|source|channel/i],
  ['lifecycle', /生命周期|阶段|lifecycle|stage/i],
  ['consumption', /消费|等级|会员|consum|tier|level|member/i],
  ['behaviour', /行为|兴趣|偏好|behavio|interest|prefer/i],
]

/**
 * The dimension a tag group most likely belongs to, by its name; a manager may change it later
 * (domain-rules 13).
 * @example guessDimension('渠道来源') // 'source'
 */
export function guessDimension(groupName: string): TagDimension {
  return DIMENSION_WORDS.find(([, words]) => words.test(groupName))?.[0] ?? 'behaviour'
}

/**
 * Reads a part of WeCom's tag library and stores it: new and changed groups and tags, and which of the
 * part are there no more (wecom-protocol 3.5; a deleted group takes its tags along without saying so).
 *
 * @returns how many groups and tags it read
 * @throws WecomError when WeCom can't be read now
 */
export async function syncTags(
  deps: BotDeps,
  scope: TagScope,
  traceId: string,
): Promise<{ groups: number; tags: number }> {
  const groups = await readUnderLock(deps, () => Promise.resolve(scope), traceId)
  return {
    groups: groups.length,
    tags: groups.reduce((sum, group) => sum + liveTags(group).length, 0),
  }
}

/**
 * Our ids of WeCom's tag ids. Unknown ones are looked up at WeCom once; what stays unknown (tags of a
 * 规则组, or just deleted) is left out.
 */
export async function ensureTags(
  deps: BotDeps,
  wecomIds: Iterable<string>,
  traceId: string,
  strangers = new Set<string>(),
): Promise<Map<string, bigint>> {
  const wanted = [...new Set(wecomIds)]
  const known = await readTagIds(deps.db.prisma, wanted)
  const unknown = wanted.filter((id) => !known.has(id) && !strangers.has(id))
  if (unknown.length === 0) return known
  const stillUnknown = async (tx: Db): Promise<TagScope | null> => {
    const found = await readTagIds(tx, unknown)
    const tagIds = unknown.filter((id) => !found.has(id))
    return tagIds.length > 0 ? { tagIds } : null
  }
  await readUnderLock(deps, stillUnknown, traceId)
  const after = await readTagIds(deps.db.prisma, wanted)
  for (const id of unknown) if (!after.has(id)) strangers.add(id)
  return after
}

/**
 * Reads and stores a part of the library while nobody else does.
 *
 * @param scopeOf what to read, found out under the lock; null: nothing any more
 */
async function readUnderLock(
  deps: BotDeps,
  scopeOf: (tx: Db) => Promise<TagScope | null>,
  traceId: string,
): Promise<WecomTagGroup[]> {
  return deps.db.prisma.$transaction(async (tx) => {
    await lockTagLibrary(tx)
    const scope = await scopeOf(tx)
    if (!scope) return []
    const groups = await readLibrary(deps, scope, traceId)
    const live = groups.filter((group) => group.deleted !== true)
    const now = deps.clock.now()
    await storeGroups(tx, live)
    await storeTags(tx, live, now)
    await markDeleted(tx, scope, live, now)
    return live
  }, PATIENT)
}

async function readTagIds(db: Db, wecomIds: string[]): Promise<Map<string, bigint>> {
  const rows = await db.tag.findMany({
    where: { wecomId: { in: wecomIds }, deletedAt: null },
    select: { id: true, wecomId: true },
  })
  return new Map(rows.flatMap((row) => (row.wecomId === null ? [] : [[row.wecomId, row.id]])))
}

async function readLibrary(
  deps: BotDeps,
  scope: TagScope,
  traceId: string,
): Promise<WecomTagGroup[]> {
  const body =
    scope === 'all'
      ? {}
      : 'groupIds' in scope
        ? { group_id: scope.groupIds }
        : { tag_id: scope.tagIds }
  try {
    const answer = await deps.wecom.post<{ tag_group?: WecomTagGroup[] }>(
      '/cgi-bin/externalcontact/get_corp_tag_list',
      body,
      { traceId },
    )
    return answer.tag_group ?? []
  } catch (error) {
    // 40068: no such tag or group
    if (scope !== 'all' && error instanceof WecomError && error.errcode === 40068) return []
    throw error
  }
}

async function storeGroups(tx: Db, groups: WecomTagGroup[]): Promise<void> {
  const rows = JSON.stringify(
    groups.map((group) => ({
      wecom_id: group.group_id,
      name: group.group_name,
      dimension: guessDimension(group.group_name),
      sort_order: group.order ?? 0,
    })),
  )
  // a group made here whose answer was lost is adopted by its name
  await tx.$executeRaw(Prisma.sql`
    update tag_group g set wecom_id = r.wecom_id
    from json_to_recordset(${rows}::json) as r(wecom_id text, name text)
    where g.wecom_id is null and g.deleted_at is null and g.name = r.name
      and not exists (select 1 from tag_group o where o.wecom_id = r.wecom_id)`)
  await tx.$executeRaw(Prisma.sql`
    insert into tag_group (wecom_id, name, dimension, sort_order)
    select distinct on (wecom_id) wecom_id, name, dimension::tag_dimension, sort_order
    from json_to_recordset(${rows}::json)
      as r(wecom_id text, name text, dimension text, sort_order bigint)
    on conflict (wecom_id) do update
      set name = excluded.name, sort_order = excluded.sort_order, deleted_at = null
      where (tag_group.name, tag_group.sort_order, tag_group.deleted_at)
        is distinct from (excluded.name, excluded.sort_order, null)`)
}

async function storeTags(tx: Db, groups: WecomTagGroup[], now: Date): Promise<void> {
  const rows = JSON.stringify(
    groups.flatMap((group) =>
      liveTags(group).map((tag) => ({
        group_wecom_id: group.group_id,
        wecom_id: tag.id,
        name: tag.name,
        sort_order: tag.order ?? 0,
      })),
    ),
  )
  await tx.$executeRaw(Prisma.sql`
    update tag t set wecom_id = r.wecom_id
    from json_to_recordset(${rows}::json) as r(group_wecom_id text, wecom_id text, name text)
    join tag_group g on g.wecom_id = r.group_wecom_id
    where t.group_id = g.id and t.wecom_id is null and t.deleted_at is null and t.name = r.name
      and not exists (select 1 from tag o where o.wecom_id = r.wecom_id)`)
  await tx.$executeRaw(Prisma.sql`
    insert into tag (group_id, wecom_id, name, sort_order, created_at)
    select distinct on (r.wecom_id) g.id, r.wecom_id, r.name, r.sort_order, ${now}
    from json_to_recordset(${rows}::json)
      as r(group_wecom_id text, wecom_id text, name text, sort_order bigint)
    join tag_group g on g.wecom_id = r.group_wecom_id
    on conflict (wecom_id) do update
      set name = excluded.name, sort_order = excluded.sort_order, group_id = excluded.group_id,
        deleted_at = null
      where (tag.name, tag.sort_order, tag.group_id, tag.deleted_at)
        is distinct from (excluded.name, excluded.sort_order, excluded.group_id, null)`)
}

/** Tags and groups of the part that was read and that WeCom no longer lists. */
async function markDeleted(
  tx: Db,
  scope: TagScope,
  live: WecomTagGroup[],
  now: Date,
): Promise<void> {
  const groupIds = live.map((group) => group.group_id)
  const tagIds = live.flatMap((group) => liveTags(group).map((tag) => tag.id))
  const gone = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    update tag t set deleted_at = ${now}
    from tag_group g
    where g.id = t.group_id and t.deleted_at is null and t.wecom_id is not null
      and g.strategy_id is null
      and t.wecom_id <> all(${tagIds}) and ${tagsInScope(scope)}
    returning t.id`)
  if (scope === 'all' || 'groupIds' in scope) {
    const inScope =
      scope === 'all' ? Prisma.sql`true` : Prisma.sql`wecom_id = any(${scope.groupIds})`
    await tx.$executeRaw(Prisma.sql`
      update tag_group set deleted_at = ${now}
      where deleted_at is null and wecom_id is not null and strategy_id is null
        and wecom_id <> all(${groupIds}) and ${inScope}`)
  }
  if (gone.length === 0) return
  const ids = gone.map((tag) => tag.id)
  await tx.$executeRaw(Prisma.sql`delete from relation_tag where tag_id = any(${ids}::bigint[])`)
  await tx.$executeRaw(Prisma.sql`
    update customer_tag set removed_at = ${now}, removed_by = 'wecom'
    where tag_id = any(${ids}::bigint[]) and removed_at is null`)
}

function tagsInScope(scope: TagScope): Prisma.Sql {
  if (scope === 'all') return Prisma.sql`true`
  if ('groupIds' in scope) return Prisma.sql`g.wecom_id = any(${scope.groupIds})`
  return Prisma.sql`t.wecom_id = any(${scope.tagIds})`
}

function liveTags(group: WecomTagGroup): NonNullable<WecomTagGroup['tag']> {
  return (group.tag ?? []).filter((tag) => tag.deleted !== true)
}
