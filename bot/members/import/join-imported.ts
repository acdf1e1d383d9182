import { Prisma, type Db } from '../../../prisma/db.ts'
import type { BotDeps } from '../../deps.ts'
import { joinMembers } from '../join-member.ts'
import { mergeCustomers } from '../merge-customers.ts'
import { attachWaiting } from './attach-waiting.ts'
import type { Changes, CheckedItem } from './slice.ts'

interface MemberItem {
  memberNo: string
  externalUserId?: string | null
}

type Batch = CheckedItem<MemberItem>[]

/**
 * Gives a WeCom customer that no member is known of yet to the new member that names it: the row stays, so
 * that nothing has to move.
 */
export async function adoptWecomCustomers(tx: Db, deps: BotDeps, batch: Batch): Promise<void> {
  if (claimsOf(batch).length === 0) return
  await tx.$executeRaw`
    update customer w set member_no = r.member_no, match_issue = null, updated_at = ${deps.clock.now()}::timestamptz
    from ${claims(batch)}
    where w.external_userid = r.external_userid and w.member_no is null and r.claims = 1
      and not exists (select from customer m where m.member_no = r.member_no)`
}

/**
 * Joins the batch's members to WeCom customers (contracts, Open API: by externalUserId, else unionid, else a
 * mobile in a live relation's remark), attaches what came before them, and adds who has other orders or
 * points now to `changes`. What is ambiguous becomes a warning, never a join.
 */
export async function joinImportedMembers(
  tx: Db,
  deps: BotDeps,
  batch: Batch,
  changes: Changes,
): Promise<void> {
  const now = deps.clock.now()
  const rows = new Map(batch.map((checked) => [checked.key, checked]))
  const warn = (memberNo: string) => {
    const row = rows.get(memberNo)
    if (row) changes.warnings.push({ index: row.index, id: row.key, ...AMBIGUOUS })
  }

  const refused = new Set<string>()
  if (claimsOf(batch).length > 0) {
    for (const key of await joinClaimed(tx, deps, batch)) changes.changed.add(key)
    for (const key of await refusedClaims(tx, batch)) refused.add(key)
    for (const key of refused) warn(key)
  }

  const ids = await tx.$queryRaw<{ id: bigint; member_no: string; free: boolean }[]>`
    select id, member_no, external_userid is null as free from customer
    where member_no = any(${[...rows.keys()]}::text[])`
  const numbers = new Map(ids.map(({ id, member_no }) => [id, member_no]))
  const free = ids.filter((row) => row.free && !refused.has(row.member_no)).map((row) => row.id)
  const joined = await joinMembers(tx, deps, free)
  for (const id of joined.joined) changes.changed.add(numbers.get(id) ?? '')
  for (const id of joined.ambiguous) warn(numbers.get(id) ?? '')

  const got = await attachWaiting(tx, [...numbers.keys()], now)
  for (const id of got.buyers) changes.buyers.add(id)
  for (const id of got.earners) changes.earners.add(id)
}

const AMBIGUOUS = {
  code: 'MEMBER_AMBIGUOUS',
  message:
    'More than one WeCom customer or member fits, so nothing was joined: send the externalUserId that belongs to this member alone.',
}

/** Writes externalUserId of members that have none: to the row itself, or by merging in the WeCom customer's. */
async function joinClaimed(tx: Db, deps: BotDeps, batch: Batch): Promise<string[]> {
  const pairs = await tx.$queryRaw<{ member_no: string; into: bigint; from: bigint }[]>`
    select m.member_no, m.id as into, w.id as from
    from ${claims(batch)} join customer m on m.member_no = r.member_no
    join customer w on w.external_userid = r.external_userid
    where r.claims = 1 and m.external_userid is null and w.member_no is null`
  await mergeCustomers(tx, deps, pairs)
  const written = await tx.$queryRaw<{ member_no: string }[]>`
    update customer m set external_userid = r.external_userid, updated_at = ${deps.clock.now()}::timestamptz
    from ${claims(batch)}
    where m.member_no = r.member_no and m.external_userid is null and r.claims = 1
      and not exists (select from customer w where w.external_userid = r.external_userid)
    returning m.member_no`
  return [...pairs, ...written].map((row) => row.member_no)
}

/** Members whose externalUserId could not be written: it is someone else's, or they have another one. */
async function refusedClaims(tx: Db, batch: Batch): Promise<string[]> {
  const refused = await tx.$queryRaw<{ member_no: string }[]>`
    select r.member_no from ${claims(batch)} join customer m on m.member_no = r.member_no
    where m.external_userid is distinct from r.external_userid`
  await tx.$executeRaw`
    update customer w set match_issue = 'MEMBER_AMBIGUOUS' from ${claims(batch)}
    where w.external_userid = r.external_userid and w.member_no is null`
  return refused.map((row) => row.member_no)
}

function claimsOf(batch: Batch): { member_no: string; external_userid: string }[] {
  return batch.flatMap(({ key, item }) =>
    item.externalUserId ? [{ member_no: key, external_userid: item.externalUserId }] : [],
  )
}

/** The batch's rows that name a WeCom customer, as `r`; `claims` tells how many name the same one. */
function claims(batch: Batch): Prisma.Sql {
  return Prisma.sql`(
    select member_no, external_userid, count(*) over (partition by external_userid) as claims
    from json_to_recordset(${JSON.stringify(claimsOf(batch))}::json) as c(member_no text, external_userid text)
  ) as r`
}
