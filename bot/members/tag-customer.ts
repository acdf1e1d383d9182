import { Prisma, type Db } from '../../prisma/db.ts'
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
  /** `guide`: a person; `rule`: automatic, which never touches what a person did */
  origin: 'guide' | 'rule'
  /** userid, or rule@version */
  by: string
  /** the facts an automatic tag stands on */
  evidence?: object
  now: Date
  traceId: string
}

/**
 * Puts tags on a customer and takes tags off, and has it done in WeCom on every live relation
 * (domain-rules 13). Ours holds at once; WeCom follows by the outbox.
 *
 * A person's word beats everything. A rule neither changes a person's tag nor removes it, and does not put
 * back what a person took off until its evidence is another.
 *
 * @throws UnknownTag when a tag is not in the library; nothing is changed then
 */
export async function changeCustomerTags(tx: Db, _deps: object, change: TagChange): Promise<void> {
  const add = [...new Set(change.add)]
  const remove = [...new Set(change.remove)].filter((id) => !add.includes(id))
  await checkTags(tx, [...add, ...remove])
  if (add.length > 0) await (change.origin === 'guide' ? putOnByHand : putOnByRule)(tx, change, add)
  if (remove.length > 0) await takeOff(tx, change, remove)
  await mirrorTags(tx, {
    customerIds: [change.customerId],
    now: change.now,
    traceId: change.traceId,
  })
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

async function putOnByHand(tx: Db, change: TagChange, tagIds: bigint[]): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    insert into customer_tag (customer_id, tag_id, origin, origin_by, added_at)
    select ${change.customerId}, t, 'guide', ${change.by}, ${change.now}
    from unnest(${tagIds}::bigint[]) as t
    on conflict (customer_id, tag_id) do update set
      origin = excluded.origin, origin_by = excluded.origin_by, added_at = excluded.added_at,
      evidence = null, expires_at = null, removed_at = null, removed_by = null
    where customer_tag.removed_at is not null or customer_tag.origin = 'rule'`)
}

async function putOnByRule(tx: Db, change: TagChange, tagIds: bigint[]): Promise<void> {
  const evidence = change.evidence ? JSON.stringify(change.evidence) : null
  await tx.$executeRaw(Prisma.sql`
    insert into customer_tag (customer_id, tag_id, origin, origin_by, evidence, added_at)
    select ${change.customerId}, t, 'rule', ${change.by}, ${evidence}::jsonb, ${change.now}
    from unnest(${tagIds}::bigint[]) as t
    on conflict (customer_id, tag_id) do update set
      origin = excluded.origin, origin_by = excluded.origin_by, evidence = excluded.evidence,
      added_at = excluded.added_at, removed_at = null, removed_by = null
    where customer_tag.origin = 'rule' and customer_tag.removed_at is not null
      and (split_part(customer_tag.removed_by, '@', 1) = split_part(excluded.origin_by, '@', 1)
        or customer_tag.evidence is distinct from excluded.evidence)`)
}

async function takeOff(tx: Db, change: TagChange, tagIds: bigint[]): Promise<void> {
  const whose = change.origin === 'guide' ? Prisma.sql`true` : Prisma.sql`origin = 'rule'`
  await tx.$executeRaw(Prisma.sql`
    update customer_tag set removed_at = ${change.now}, removed_by = ${change.by}
    where customer_id = ${change.customerId} and tag_id = any(${tagIds}::bigint[])
      and removed_at is null and ${whose}`)
}
