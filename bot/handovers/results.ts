import { HANDOVER_HOURS, isAboutMembers, whyOf } from '../../domain/handover.ts'
import { Prisma } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { failHandover, finishHandover } from '../members/settle-handover.ts'
import { syncCustomer } from '../members/sync-customer.ts'
import { WecomError } from '../wecom/error-table.ts'
import type { Handover } from './handover.ts'

/** How WeCom hands a customer over: of a giver at work, or of one who has left the company. */
export type Via = 'transfer' | 'resigned'

/** What WeCom says of one customer between two members: 1 done, 2 waits, 3 refused, 4 the taker has too many. */
interface Result {
  external_userid: string
  status: number
  takeover_time?: number
}

/** three times what WeCom takes */
const FORGOTTEN_MS = 3 * HANDOVER_HOURS * 3_600_000
const PATHS = {
  transfer: '/cgi-bin/externalcontact/transfer_result',
  resigned: '/cgi-bin/externalcontact/resigned/transfer_result',
} as const

/**
 * All of WeCom's results between a giver and a taker. Where it knows one of the two no more, it will never tell: what it
 * was asked, or was being asked, for them is impossible from now on.
 *
 * @returns null where that is so
 */
export async function readResults(
  deps: BotDeps,
  handover: Handover,
  pair: { to: string; via: Via },
): Promise<Result[] | null> {
  try {
    return await fetchResults(deps, handover, pair)
  } catch (error) {
    if (!(error instanceof WecomError)) throw error
    if (!isAboutMembers(error.errcode)) {
      await noteProblem(deps, handover.id, error.errcode)
      throw error
    }
    const { errcode } = error
    const which = Prisma.sql`r.handover_id = ${handover.id} and r.via = ${pair.via} and r.to_id in (
      select id from employee where userid = ${pair.to})`
    await deps.db.prisma.$transaction((tx) =>
      failHandover(tx, deps, which, 'impossible', { why: whyOf(errcode), errcode }),
    )
    return null
  }
}

/** What WeCom refuses is shown with the handover; null: nothing any more. */
export async function noteProblem(
  deps: BotDeps,
  id: bigint,
  errcode: number | null,
): Promise<void> {
  await deps.db.prisma.$executeRaw(Prisma.sql`
    update handover set problem = ${errcode}::int where id = ${id} and problem is distinct from ${errcode}::int`)
}

async function fetchResults(
  deps: BotDeps,
  { id, from }: Handover,
  { to, via }: { to: string; via: Via },
): Promise<Result[]> {
  const results: Result[] = []
  let cursor = ''
  do {
    const page = await deps.wecom.post<{ customer?: Result[]; next_cursor?: string }>(
      PATHS[via],
      { handover_userid: from.userid, takeover_userid: to, ...(cursor && { cursor }) },
      { traceId: `handover-${id}` },
    )
    results.push(...(page.customer ?? []))
    cursor = page.next_cursor ?? ''
  } while (cursor !== '')
  return results
}

/**
 * Asks WeCom what became of those it was asked for, pair by pair: callbacks tell most of it, and may be lost. Who has
 * changed hands is read from WeCom first, so that the taker's relation is there when the tasks come.
 */
export async function pollResults(deps: BotDeps, handover: Handover): Promise<void> {
  const { id, from } = handover
  const pairs = await deps.db.prisma.$queryRaw<{ to: string; toId: bigint; via: Via }[]>(Prisma.sql`
    select distinct taker.userid as to, taker.id as "toId", r.via
    from handover_customer r join employee taker on taker.id = r.to_id
    where r.handover_id = ${id} and r.state = 'asked'`)
  for (const pair of pairs) {
    const results = await readResults(deps, handover, pair)
    if (!results) continue
    for (const [status, state] of [
      [3, 'refused'],
      [4, 'limit'],
    ] as const) {
      const which = Prisma.sql`r.handover_id = ${id} and r.to_id = ${pair.toId} and r.customer_id in (
        select c.id from customer c where c.external_userid = any(${of(results, status)}::text[]))`
      await deps.db.prisma.$transaction((tx) => failHandover(tx, deps, which, state))
    }
    await forgetUnknown(deps, id, pair.toId, results)
    const done = await asked(deps, id, pair.toId, of(results, 1))
    const takenAt = new Map(results.map((one) => [one.external_userid, one.takeover_time]))
    for (const { customerId, externalUserid } of done) {
      const at = new Date((takenAt.get(externalUserid) ?? 0) * 1000)
      await syncCustomer(deps, externalUserid, {
        traceId: `handover-${id}`,
        ended: { userid: from.userid, by: 'transfer', at },
      })
      // where the giver's relation had ended before, the sync has not met the handover
      await deps.db.prisma.$transaction((tx) => finishHandover(tx, deps, id, [customerId]))
    }
  }
}

/** Whom WeCom does not list days after it was asked for: it will not decide any more. */
async function forgetUnknown(
  deps: BotDeps,
  id: bigint,
  toId: bigint,
  results: readonly Result[],
): Promise<void> {
  const long = new Date(deps.clock.now().getTime() - FORGOTTEN_MS)
  const which = Prisma.sql`r.handover_id = ${id} and r.to_id = ${toId} and r.state = 'asked' and r.asked_at < ${long}
    and r.customer_id in (select c.id from customer c
      where not c.external_userid = any(${results.map((one) => one.external_userid)}::text[]))`
  await deps.db.prisma.$transaction((tx) =>
    failHandover(tx, deps, which, 'impossible', { why: 'wecom', errcode: null }),
  )
}

function of(results: readonly Result[], status: number): string[] {
  return results.flatMap((one) => (one.status === status ? one.external_userid : []))
}

async function asked(
  deps: BotDeps,
  id: bigint,
  toId: bigint,
  externalUserids: string[],
): Promise<{ customerId: bigint; externalUserid: string }[]> {
  return await deps.db.prisma.$queryRaw(Prisma.sql`
    select c.id as "customerId", c.external_userid as "externalUserid"
    from handover_customer r join customer c on c.id = r.customer_id
    where r.handover_id = ${id} and r.to_id = ${toId} and r.state = 'asked'
      and c.external_userid = any(${externalUserids}::text[]) order by c.id`)
}
