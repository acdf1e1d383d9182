import { Prisma, type Db } from '../../prisma/db.ts'
import { refreshTags } from './apply-tag-rules.ts'
import { mirrorTags } from './mirror-tags.ts'

/** A tag that is not in the library, or was deleted. */
export class UnknownTag extends Error {
  override name = 'UnknownTag'
  readonly tagId: bigint

  constructor(tagId: bigint) {
    super(`no tag ${tagId}`)
    this.tagId = tagId
  }
}

export interface TagChange {
  customerId: bigint
  /** our tag ids; one that is in both lists is put on */
  add: bigint[]
  remove: bigint[]
  /** userid */
  by: string
  now: Date
  traceId: string
}

/**
 * Puts tags on a customer and takes tags off by hand, and has it done in WeCom on every live relation
 * (domain-rules 13). Ours holds at once; WeCom follows by the outbox. A person's word beats every rule's
 * (apply-tag-rules.ts); rules that ask for these tags are applied to the customer. The caller has locked them.
 *
 * @throws UnknownTag when a tag is not in the library; nothing is changed then
 */
export async function changeCustomerTags(
  tx: Db,
  deps: { zone: string },
  change: TagChange,
): Promise<void> {
  const { customerId, now, traceId } = change
  const add = [...new Set(change.add)]
  const remove = [...new Set(change.remove)].filter((id) => !add.includes(id))
  await checkTags(tx, [...add, ...remove])
  if (add.length > 0) await putOn(tx, change, add)
  if (remove.length > 0) await takeOff(tx, change, remove)
  await refreshTags(tx, deps, [customerId], now)
  await mirrorTags(tx, { customerIds: [customerId], now, traceId })
}

async function checkTags(tx: Db, tagIds: bigint[]): Promise<void> {
  const known = await tx.tag.findMany({
    where: { id: { in: tagIds }, deletedAt: null },
    select: { id: true },
  })
  const ids = new Set(known.map((tag) => tag.id))
  const unknown = tagIds.find((id) => !ids.has(id))
  if (unknown !== undefined) throw new UnknownTag(unknown)
}

async function putOn(tx: Db, change: TagChange, tagIds: bigint[]): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    insert into customer_tag (customer_id, tag_id, origin, origin_by, added_at)
    select ${change.customerId}, t, 'guide', ${change.by}, ${change.now}
    from unnest(${tagIds}::bigint[]) as t
    on conflict (customer_id, tag_id) do update set
      origin = excluded.origin, origin_by = excluded.origin_by, added_at = excluded.added_at,
      evidence = null, expires_at = null, removed_at = null, removed_by = null, lapsed_at = null
    where customer_tag.removed_at is not null or customer_tag.origin = 'rule'`)
}

async function takeOff(tx: Db, change: TagChange, tagIds: bigint[]): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    update customer_tag set removed_at = ${change.now}, removed_by = ${change.by}
    where customer_id = ${change.customerId} and tag_id = any(${tagIds}::bigint[])
      and removed_at is null`)
}
