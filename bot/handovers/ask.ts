import { isAboutMembers, readCode } from '../../domain/handover.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { WecomError } from '../wecom/error-table.ts'
import type { Handover } from './handover.ts'
import { noteProblem, readResults, type Via } from './results.ts'

/** customers of one call (wecom-protocol 3.9) */
const AT_ONCE = 100
/** between WeCom's clock and ours */
const SLACK_MS = 10 * 60_000
const PATHS = {
  transfer: '/cgi-bin/externalcontact/transfer_customer',
  resigned: '/cgi-bin/externalcontact/resigned/transfer_customer',
} as const

interface Page {
  via: Via
  to: string
  customers: { id: bigint; externalUserid: string; unsure: boolean }[]
}

/**
 * Asks WeCom for the next customers who go from the giver to one taker; their rows say so before the call is made.
 *
 * @returns whether there were any
 * @throws WecomError what may succeed later; the rows are as they were, or `asking` where the call may have been made
 */
export async function askPage(deps: BotDeps, handover: Handover): Promise<boolean> {
  const { prisma } = deps.db
  const page = await prisma.$transaction((tx) => claimPage(tx, handover.id, deps.clock.now()))
  if (!page) return false
  const answered = await call(deps, handover, page)
  const isBusy = await prisma.$transaction((tx) =>
    storeAnswers(tx, deps, handover.id, page, answered),
  )
  if (isBusy) throw new WecomError({ errcode: -1, path: PATHS[page.via] })
  return true
}

async function claimPage(tx: Db, id: bigint, now: Date): Promise<Page | null> {
  const rows = await tx.$queryRaw<
    { id: bigint; externalUserid: string; unsure: boolean; via: Via; to: string }[]
  >(Prisma.sql`
    with pair as (
      select to_id, via from handover_customer
      where handover_id = ${id} and state = 'waiting' and via <> 'none' order by to_id, via limit 1
    ), page as (
      select r.customer_id from handover_customer r join pair using (to_id, via)
      where r.handover_id = ${id} and r.state = 'waiting'
      order by r.spend_fen desc, r.customer_id limit ${AT_ONCE} for update of r
    )
    update handover_customer r set state = 'asking', asked_at = ${now}
    from page, customer c, employee taker
    where r.handover_id = ${id} and r.customer_id = page.customer_id and c.id = r.customer_id and taker.id = r.to_id
    returning c.id, c.external_userid as "externalUserid", r.unsure, r.via, taker.userid as to`)
  const [first] = rows
  return first ? { via: first.via, to: first.to, customers: rows } : null
}

/** WeCom's code for each customer, by external_userid; a refusal of the whole call is everybody's. */
async function call(
  deps: BotDeps,
  { id, from, message }: Handover,
  { via, to, customers }: Page,
): Promise<ReadonlyMap<string, number>> {
  const ids = customers.map(({ externalUserid }) => externalUserid)
  try {
    const answer = await deps.wecom.post<{
      customer?: { external_userid: string; errcode: number }[]
    }>(
      PATHS[via],
      {
        handover_userid: from.userid,
        takeover_userid: to,
        external_userid: ids,
        ...(via === 'transfer' && message !== null && { transfer_success_msg: message }),
      },
      { traceId: `handover-${id}` },
    )
    await noteProblem(deps, id, null)
    return new Map(answer.customer?.map((one) => [one.external_userid, one.errcode]))
  } catch (error) {
    if (!(error instanceof WecomError)) throw error
    const isKnownUndone = error.why === 'limited' || error.errcode !== -1
    if (isKnownUndone && isAboutMembers(error.errcode))
      return new Map(ids.map((external) => [external, error.errcode]))
    if (isKnownUndone) await unclaim(deps, id)
    await noteProblem(deps, id, error.why === undefined ? error.errcode : -1)
    throw error
  }
}

/** @returns whether WeCom was too busy for all of them */
async function storeAnswers(
  tx: Db,
  deps: BotDeps,
  id: bigint,
  { customers }: Page,
  answered: ReadonlyMap<string, number>,
): Promise<boolean> {
  const read = customers.map((customer) => {
    // a customer whom WeCom's answer leaves out was not handed over, for a reason we don't know
    const errcode = answered.get(customer.externalUserid) ?? -2
    return { id: customer.id, errcode, ...readCode(errcode, customer.unsure) }
  })
  const list = JSON.stringify(read.map((one) => ({ why: null, ...one, id: String(one.id) })))
  await tx.$executeRaw(Prisma.sql`
    update handover_customer r set state = n.state::handover_state, why = n.why, errcode = nullif(n.errcode, 0),
      unsure = false, asked_at = case when n.state = 'asked' then r.asked_at end,
      decided_at = case when n.state in ('limit', 'impossible') then ${deps.clock.now()}::timestamptz end
    from json_to_recordset(${list}::json) as n(id bigint, state text, why text, errcode int)
    where r.handover_id = ${id} and r.customer_id = n.id and r.state = 'asking'`)
  return read.every(({ state }) => state === 'waiting')
}

/**
 * Rows that an earlier run left `asking`: WeCom's results tell of whom it was asked; the others are asked again, and
 * where it then says that they are being handed over already, that was us.
 */
export async function settleUnsure(deps: BotDeps, handover: Handover): Promise<void> {
  const unsure = await deps.db.prisma.$queryRaw<{ to: string; via: Via }[]>(Prisma.sql`
    select distinct taker.userid as to, r.via from handover_customer r join employee taker on taker.id = r.to_id
    where r.handover_id = ${handover.id} and r.state = 'asking'`)
  for (const pair of unsure) {
    const results = await readResults(deps, handover, pair)
    if (!results) continue
    const list = JSON.stringify(results)
    await deps.db.prisma.$executeRaw(Prisma.sql`
      update handover_customer r set unsure = n.external_userid is null,
        state = case when n.external_userid is null then 'waiting' else 'asked' end::handover_state
      from employee taker, customer c left join json_to_recordset(${list}::json)
        as n(external_userid text, status int, takeover_time bigint) on n.external_userid = c.external_userid
          and (n.status = 2 or n.status = 1 and exists (
            select 1 from handover_customer mine where mine.handover_id = ${handover.id} and mine.customer_id = c.id
              and to_timestamp(n.takeover_time) > mine.asked_at - ${SLACK_MS}::int * interval '1 millisecond'))
      where r.handover_id = ${handover.id} and r.state = 'asking' and r.via = ${pair.via} and taker.id = r.to_id
        and taker.userid = ${pair.to} and c.id = r.customer_id`)
  }
}

async function unclaim(deps: BotDeps, id: bigint): Promise<void> {
  await deps.db.prisma.$executeRaw(Prisma.sql`
    update handover_customer set state = 'waiting', asked_at = null where handover_id = ${id} and state = 'asking'`)
}
