import type { TagDimension } from '../../../domain/words.ts'
import { Prisma, type Database } from '../../../prisma/db.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import type { TagLibrary } from './schema.ts'

/** The library in WeCom's order. Tags of WeCom's rule groups (规则组) are left out: WeCom gives them to some guides only. */
export async function findLibrary(db: Database, user: SignedIn): Promise<TagLibrary> {
  const [tags, groups] = await Promise.all([
    rows<TagLibrary['tags'][number]>(
      db,
      Prisma.sql`select t.id::text, t.name, g.id::text as "groupId", g.name as "groupName",
          g.dimension::text as dimension,
          (select to_char(max(ct.added_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
             from customer_tag ct
             where ct.tag_id = t.id and ct.origin = 'guide' and ct.origin_by = ${user.userid}) as "lastUsedAt"
        from tag t join tag_group g on g.id = t.group_id
        where t.deleted_at is null and g.deleted_at is null and g.strategy_id is null
        order by g.sort_order desc, g.id, t.sort_order desc, t.id`,
    ),
    rows<{ id: string; name: string; dimension: TagDimension }>(
      db,
      Prisma.sql`select id::text, name, dimension::text as dimension from tag_group
        where deleted_at is null and strategy_id is null order by sort_order desc, id`,
    ),
  ])
  return { tags, groups: groups.map((group) => ({ ...group, mayAdd: true })), nextCursor: null }
}
