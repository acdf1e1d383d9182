import { Prisma, type Database } from '../../../prisma/db.ts'
import { CURSOR_ID, CURSOR_TIME, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import type { ManagedTag, ManagedTagPage, ManagedTagQuery } from './schema.ts'

/**
 * The tag library for who keeps it, or what a search finds of it, newest tags first, a page at a time: how many of one's customers have each, and
 * since when nobody does. Tags of WeCom's rule groups are left out.
 */
export async function findManagedTags(
  db: Database,
  user: SignedIn,
  { cursor, search }: ManagedTagQuery,
): Promise<ManagedTagPage> {
  const [createdAt, id] = readCursor(cursor, [CURSOR_TIME, CURSOR_ID]) ?? []
  const older = id
    ? Prisma.sql`and (t.created_at, t.id) < (${createdAt}::timestamptz, ${id}::bigint)`
    : Prisma.empty
  const part = `%${(search ?? '').trim().replace(/[\\%_]/g, '\\$&')}%`
  const called =
    part === '%%' ? Prisma.empty : Prisma.sql`and (t.name ilike ${part} or g.name ilike ${part})`
  const found = await reportRows<{ tag: ManagedTag; createdAt: Date }>(
    db,
    Prisma.sql`
    with listed as (
      select t.id, t.name, t.ours, t.wecom_id, t.created_at, g.id as group_id, g.name as group_name, g.dimension
      from tag t join tag_group g on g.id = t.group_id
      where t.deleted_at is null and g.deleted_at is null and g.strategy_id is null ${older} ${called}
      order by t.created_at desc, t.id desc limit ${PAGE_SIZE + 1}
    ), used as (
      select ct.tag_id, bool_or(ct.removed_at is null) as is_used, max(ct.removed_at) as removed_at,
        count(*) filter (where ct.removed_at is null and ${scope.customers(user)})::int as customers,
        count(*) filter (where ct.removed_at is null and ct.origin = 'rule' and ${scope.customers(user)})::int
          as automatic
      from customer_tag ct join customer c on c.id = ct.customer_id
      where ct.tag_id in (select id from listed) group by 1
    )
    select l.created_at as "createdAt", json_build_object(
      'id', l.id::text, 'name', l.name, 'groupId', l.group_id::text, 'groupName', l.group_name,
      'dimension', l.dimension, 'ours', l.ours, 'inWecom', l.wecom_id is not null,
      'customers', coalesce(u.customers, 0), 'automatic', coalesce(u.automatic, 0),
      'unusedSince', case when not coalesce(u.is_used, false) then coalesce(u.removed_at, l.created_at) end,
      'rule', (select json_build_object('code', r.code, 'name', r.name, 'enabled', r.enabled)
        from tag_rule r where r.tag_id = l.id
          and not exists (select from tag_rule newer where newer.code = r.code and newer.version > r.version))
    ) as tag
    from listed l left join used u on u.tag_id = l.id order by l.created_at desc, l.id desc`,
  )
  const shown = found.slice(0, PAGE_SIZE)
  const last = shown.at(-1)
  return {
    items: shown.map(({ tag }) => tag),
    nextCursor:
      last && found.length > PAGE_SIZE
        ? writeCursor([last.createdAt.toISOString(), last.tag.id])
        : null,
  }
}
