import { normaliseMobile } from '../../domain/mobile.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { DataCipher } from './data-cipher.ts'
import { mergeTags } from './merge-tags.ts'
import { useridKey, type KnownEmployee } from './sync-employees.ts'
import type { Follow, WecomContact } from './wecom-shapes.ts'

export interface StoreInput {
  follows: Follow[]
  employees: Map<string, KnownEmployee>
  /** our ids of WeCom's tag ids; a tag that is not in it is ignored */
  tags: Map<string, bigint>
  /** when the read began: what was stored by a later read is left alone */
  readAt: Date
  now: Date
  /** the customer added this guide at this moment: brings an ended relation back */
  added?: { userid: string; at: Date } | undefined
}

export interface Stored {
  /** of every customer in the input */
  customerIds: bigint[]
  /** relations that are new, or live again */
  opened: number
  /** tags put on or taken off customers */
  tagChanges: number
  /** pairs left alone because a later read was stored before */
  stale: number
}

/**
 * Stores what WeCom says of pairs of customer and guide: customers, relations, and the tags of each
 * relation merged into the customer's (domain-rules 13). A handful of statements for any number of pairs;
 * the caller holds `lockCustomers`.
 *
 * A relation that the customer ended stays ended although WeCom goes on listing it to the guide
 * (wecom-protocol 1.8 del_follow_user), until there is proof of a later adding.
 */
export async function storeFollows(tx: Db, cipher: DataCipher, input: StoreInput): Promise<Stored> {
  const customers = await storeContacts(
    tx,
    input.follows.map((follow) => follow.contact),
    input.now,
  )
  const relations = await storeRelations(tx, cipher, input, customers)
  const tagChanges = await mergeTags(tx, {
    pairs: relations.filter((relation) => relation.live),
    readAt: input.readAt,
    now: input.now,
  })
  return {
    customerIds: [...new Set(customers.values())],
    opened: relations.filter((relation) => relation.opened).length,
    tagChanges,
    stale: input.follows.length - relations.length,
  }
}

/** Upserts customers by external_userid; what the chain's systems said of a member stays. */
async function storeContacts(
  tx: Db,
  contacts: WecomContact[],
  now: Date,
): Promise<Map<string, bigint>> {
  const rows = JSON.stringify(
    contacts.map((contact) => ({
      external_userid: contact.external_userid,
      wecom_name: contact.name || null,
      avatar: contact.avatar || null,
      wecom_type: contact.type ?? null,
      gender: contact.gender === 1 ? 'male' : contact.gender === 2 ? 'female' : null,
      unionid: contact.unionid || null,
    })),
  )
  await tx.$executeRaw(Prisma.sql`
    insert into customer (external_userid, wecom_name, avatar, wecom_type, gender, unionid,
      created_at, updated_at)
    select distinct on (external_userid) external_userid, wecom_name, avatar, wecom_type,
      gender::gender, unionid, ${now}, ${now}
    from json_to_recordset(${rows}::json) as r(external_userid text, wecom_name text, avatar text,
      wecom_type smallint, gender text, unionid text)
    order by external_userid
    on conflict (external_userid) do update set
      wecom_name = coalesce(excluded.wecom_name, customer.wecom_name),
      avatar = coalesce(excluded.avatar, customer.avatar),
      wecom_type = coalesce(excluded.wecom_type, customer.wecom_type),
      gender = coalesce(customer.gender, excluded.gender),
      unionid = coalesce(excluded.unionid, customer.unionid),
      updated_at = ${now}
    where (customer.wecom_name, customer.avatar, customer.wecom_type, customer.gender,
        customer.unionid)
      is distinct from (coalesce(excluded.wecom_name, customer.wecom_name),
        coalesce(excluded.avatar, customer.avatar),
        coalesce(excluded.wecom_type, customer.wecom_type),
        coalesce(customer.gender, excluded.gender), coalesce(excluded.unionid, customer.unionid))`)
  const stored = await tx.customer.findMany({
    where: { externalUserid: { in: contacts.map((contact) => contact.external_userid) } },
    select: { id: true, externalUserid: true },
  })
  return new Map(
    stored.flatMap((row) => (row.externalUserid === null ? [] : [[row.externalUserid, row.id]])),
  )
}

interface StoredRelation {
  relationId: bigint
  tagIds: bigint[]
  live: boolean
  opened: boolean
}

async function storeRelations(
  tx: Db,
  cipher: DataCipher,
  input: StoreInput,
  customers: Map<string, bigint>,
): Promise<StoredRelation[]> {
  const tagsOf = new Map<string, bigint[]>()
  const rows = input.follows.flatMap((follow) => {
    const customerId = customers.get(follow.contact.external_userid)
    const employee = input.employees.get(useridKey(follow.userid))
    if (customerId === undefined || !employee) return []
    tagsOf.set(
      `${customerId}:${employee.id}`,
      follow.tagIds.flatMap((id) => input.tags.get(id) ?? []),
    )
    const added = input.added && useridKey(input.added.userid) === useridKey(follow.userid)
    return [
      {
        customer_id: String(customerId),
        employee_id: String(employee.id),
        remark: follow.remark,
        description: follow.description,
        add_way: follow.addWay,
        state: follow.state,
        added_at: follow.addedAt.toISOString(),
        re_added_at: added ? (input.added?.at.toISOString() ?? null) : null,
        hashes: mobileHashes(cipher, follow.remarkMobiles),
      },
    ]
  })
  const stored = await tx.$queryRaw<
    { id: bigint; customer_id: bigint; employee_id: bigint; live: boolean; opened: boolean }[]
  >(Prisma.sql`
    with arrived as (
      select distinct on (a.customer_id, a.employee_id) a.*,
        array(select decode(h, 'hex') from json_array_elements_text(a.hashes) as h) as mobile_hashes,
        r.added_at as old_added_at, r.ended_at as old_ended_at, r.ended_by as old_ended_by,
        r.id is null or r.half as was_not_whole,
        r.ended_at is null or r.ended_by <> 'customer' or a.added_at > r.ended_at
          or coalesce(a.re_added_at >= r.ended_at, false) as live
      from json_to_recordset(${JSON.stringify(rows)}::json) as a(customer_id bigint,
        employee_id bigint, remark text, description text, add_way smallint, state text,
        added_at timestamptz, re_added_at timestamptz, hashes json)
      left join relation r on r.customer_id = a.customer_id and r.employee_id = a.employee_id
      where r.id is null or r.synced_at <= ${input.readAt}
    ), stored as (
      insert into relation (customer_id, employee_id, remark, description, add_way, state, half,
        added_at, ended_at, ended_by, remark_mobile_hashes, synced_at)
      select customer_id, employee_id, remark, description, add_way, state, false,
        case when live then greatest(added_at, old_added_at, re_added_at)
          else greatest(added_at, old_added_at) end,
        case when live then null else old_ended_at end,
        case when live then null else old_ended_by end,
        mobile_hashes, ${input.now}
      from arrived
      on conflict (customer_id, employee_id) do update set
        remark = excluded.remark, description = excluded.description,
        add_way = coalesce(excluded.add_way, relation.add_way),
        state = coalesce(excluded.state, relation.state), half = false,
        added_at = excluded.added_at, ended_at = excluded.ended_at, ended_by = excluded.ended_by,
        remark_mobile_hashes = excluded.remark_mobile_hashes, synced_at = excluded.synced_at
      returning id, customer_id, employee_id
    )
    select s.id, s.customer_id, s.employee_id, a.live,
      a.live and (a.was_not_whole or a.old_ended_at is not null) as opened
    from stored s join arrived a using (customer_id, employee_id)`)
  return stored.map((row) => ({
    relationId: row.id,
    tagIds: tagsOf.get(`${row.customer_id}:${row.employee_id}`) ?? [],
    live: row.live,
    opened: row.opened,
  }))
}

function mobileHashes(cipher: DataCipher, mobiles: string[]): string[] {
  const plain = new Set(mobiles.flatMap((mobile) => normaliseMobile(mobile) ?? []))
  return [...plain].map((mobile) => Buffer.from(cipher.blindIndex(mobile)).toString('hex'))
}
