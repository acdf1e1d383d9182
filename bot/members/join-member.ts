import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { lockMembersShared } from './members-lock.ts'
import { mergeCustomers } from './merge-customers.ts'

/** Set on a WeCom customer for whom more than one member fits, or whose member fits others too. */
export const MEMBER_AMBIGUOUS = 'MEMBER_AMBIGUOUS'

interface Match {
  wecom: bigint
  /** null: nobody fits */
  member: bigint | null
  ambiguous: boolean
}

/**
 * Looks for the member of a WeCom customer, by unionid, else by a mobile in a live relation's remark
 * (contracts, Open API; an externalUserId that the chain sent is on the row already). The member's row stays and
 * takes over what hangs on the other. What is ambiguous is marked, never guessed.
 *
 * @returns the id that holds from now on, and the reason where the customer could not be joined
 */
export async function joinToMember(
  tx: Db,
  deps: BotDeps,
  customerId: bigint,
): Promise<{ customerId: bigint; issue: string | null }> {
  await lockMembersShared(tx)
  const [match] = await findMatches(tx, Prisma.sql`w.id = ${customerId}`)
  if (!match) return { customerId, issue: null }
  const [merged] = await settle(tx, deps, [match])
  if (merged) return { customerId: merged.into, issue: null }
  return { customerId, issue: match.member === null ? null : MEMBER_AMBIGUOUS }
}

/**
 * The other direction: looks for the WeCom customers of members that have none, for all of them at once.
 * Members without a member number, or with a WeCom customer, are left alone.
 *
 * @returns the members that were joined, and those for whom nothing certain was found
 */
export async function joinMembers(
  tx: Db,
  deps: BotDeps,
  memberIds: bigint[],
): Promise<{ joined: bigint[]; ambiguous: bigint[] }> {
  if (memberIds.length === 0) return { joined: [], ambiguous: [] }
  const fitting = Prisma.sql`w.id in (
    select other.id from customer m join customer other on other.unionid = m.unionid
    where m.id = any(${memberIds}::bigint[]) and m.external_userid is null and m.unionid is not null
    union
    select r.customer_id from customer m
    join relation r on r.remark_mobile_hashes && array[m.mobile_hash] and r.ended_at is null
    where m.id = any(${memberIds}::bigint[]) and m.external_userid is null and m.mobile_hash is not null)`
  const matches = await findMatches(tx, fitting)
  const merged = await settle(tx, deps, matches)
  const joined = merged.map((pair) => pair.into)
  const asked = new Set(memberIds)
  const ambiguous = matches.flatMap(({ member }) =>
    member !== null && asked.has(member) && !joined.includes(member) ? [member] : [],
  )
  return { joined, ambiguous: [...new Set(ambiguous)] }
}

/** Merges what is certain, marks what is not, and takes marks away that no longer hold. */
async function settle(
  tx: Db,
  deps: BotDeps,
  matches: Match[],
): Promise<{ into: bigint; from: bigint }[]> {
  const certain = matches.flatMap(({ wecom, member, ambiguous }) =>
    member !== null && !ambiguous ? [{ from: wecom, into: member }] : [],
  )
  const merged = await mergeCustomers(tx, deps, certain)
  const gone = new Set(merged.map((pair) => pair.from))
  const doubtful = matches.filter(({ wecom, member }) => member !== null && !gone.has(wecom))
  const clear = matches.filter(({ member }) => member === null)
  await tx.$executeRaw`
    update customer set match_issue = case when id = any(${doubtful.map((m) => m.wecom)}::bigint[])
      then ${MEMBER_AMBIGUOUS} end
    where id = any(${[...doubtful, ...clear].map((m) => m.wecom)}::bigint[])
      and match_issue is distinct from case when id = any(${doubtful.map((m) => m.wecom)}::bigint[])
      then ${MEMBER_AMBIGUOUS} end`
  return merged
}

/**
 * Who fits the WeCom customers `w` that `which` describes. A unionid counts before mobiles. It is ambiguous when
 * several members fit, when the member fits several WeCom customers or has one, or when a mobile says yes and
 * two different unionids say no.
 */
function findMatches(tx: Db, which: Prisma.Sql): Promise<Match[]> {
  return tx.$queryRaw<Match[]>`
    with wecom as materialized (
      select w.id, w.unionid from customer w
      where w.member_no is null and w.external_userid is not null and ${which}
    ), edges as (
      select w.id as wecom, m.id as member, 1 as rank, m.external_userid is not null as doubt
      from wecom w join customer m on m.unionid = w.unionid and m.member_no is not null
      union
      select w.id, m.id, 2, m.external_userid is not null or m.unionid <> w.unionid
      from wecom w
      join relation r on r.customer_id = w.id and r.ended_at is null
      cross join unnest(r.remark_mobile_hashes) as mobile
      join customer m on m.mobile_hash = mobile and m.member_no is not null
    ), best as (
      select distinct on (wecom) wecom, member, rank, doubt,
        count(*) over (partition by wecom, rank) as members
      from edges order by wecom, rank, member
    )
    select w.id as wecom, b.member, coalesce(b.members > 1 or b.doubt or rivals.found, false) as ambiguous
    from wecom w left join best b on b.wecom = w.id
    left join lateral (
      select true as found from customer m
      where m.id = b.member and (
        exists (
          select from customer o where o.unionid = m.unionid and o.id <> w.id
            and o.member_no is null and o.external_userid is not null)
        or b.rank = 2 and exists (
          select from relation r join customer o on o.id = r.customer_id
          where r.remark_mobile_hashes && array[m.mobile_hash] and r.ended_at is null
            and o.id <> w.id and o.member_no is null and o.external_userid is not null))
    ) rivals on true`
}
