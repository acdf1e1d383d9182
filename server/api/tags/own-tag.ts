import { Prisma, type Db } from '../../../prisma/db.ts'
import { TagNotFound, TagNotOurs } from '../../errors.ts'

/** A tag that may be changed here. */
export interface OwnTag {
  id: bigint
  groupId: bigint
  name: string
}

/**
 * Finds and locks a tag that WeCom lets us change: one that this app made (wecom-protocol 3.5). Nobody puts it on a
 * customer until the transaction ends.
 *
 * @throws TAG_NOT_FOUND, TAG_NOT_OURS
 */
export async function ownTag(tx: Db, id: string): Promise<OwnTag> {
  const [tag] = await tx.$queryRaw<(OwnTag & { isOurs: boolean })[]>(Prisma.sql`
    select t.id, t.group_id as "groupId", t.name, t.ours or t.wecom_id is null as "isOurs"
    from tag t join tag_group g on g.id = t.group_id
    where t.id = ${id}::bigint and t.deleted_at is null and g.deleted_at is null and g.strategy_id is null
    for update of t`)
  if (!tag) throw new TagNotFound(id)
  if (!tag.isOurs) throw new TagNotOurs(tag.name)
  return tag
}
