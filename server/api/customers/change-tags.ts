import { changeCustomerTags, UnknownTag } from '../../../bot/members/tag-customer.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { TagNotFound } from '../../errors.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import type { CustomerTagView, TagsAnswer } from './schema.ts'
import { ruleName, tagView, type TagRow } from './tag-view.ts'
import { visibleCustomer } from './visible-customer.ts'

/**
 * Puts tags on and takes tags off, by hand. Ours holds when this returns; WeCom follows by the outbox.
 *
 * @throws CUSTOMER_NOT_FOUND, TAG_NOT_FOUND; nothing is changed then
 */
export async function changeTags(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
  change: { add: string[]; remove: string[] },
  traceId: string,
  lang: Lang,
): Promise<TagsAnswer> {
  const both = change.add.find((id) => change.remove.includes(id))
  if (both !== undefined)
    throw badField('remove', `names ${both}, which is in “add” too: send it once.`)
  const now = deps.clock.now()
  try {
    await deps.db.prisma.$transaction(async (tx) => {
      const id = await visibleCustomer(tx, user, customerId, { lock: true })
      await changeCustomerTags(tx, deps, {
        customerId: id,
        add: change.add.map(BigInt),
        remove: change.remove.map(BigInt),
        by: user.userid,
        now,
        traceId,
      })
    })
  } catch (error) {
    if (error instanceof UnknownTag) throw new TagNotFound(error.tagId.toString())
    throw error
  }
  return { tags: await findTags(deps, customerId, now, lang) }
}

/** The tags a customer has now. */
async function findTags(
  deps: AppDeps,
  customerId: string,
  now: Date,
  lang: Lang,
): Promise<CustomerTagView[]> {
  const found = await rows<{ tag: TagRow }>(
    deps.db,
    Prisma.sql`
      select row_to_json(x) as tag from (
        select t.id::text as id, t.name, g.dimension, g.name as "groupName", ct.origin,
          ct.origin_by as "originBy", ct.added_at as "addedAt", ct.evidence, ${ruleName} as rule
        from customer_tag ct join tag t on t.id = ct.tag_id join tag_group g on g.id = t.group_id
        where ct.customer_id = ${customerId}::bigint and ct.removed_at is null and t.deleted_at is null
          and (ct.expires_at is null or ct.expires_at > ${now})
        order by g.sort_order desc, g.id, t.sort_order desc, t.id
      ) x`,
  )
  return found.map(({ tag }) => tagView(tag, deps.zone, lang))
}
