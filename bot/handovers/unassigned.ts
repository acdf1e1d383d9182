import { Prisma } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { PATIENT } from '../members/lock-customer.ts'
import { lockMembers } from '../members/members-lock.ts'
import { WecomError } from '../wecom/error-table.ts'
import { whoMayServe } from './takers.ts'

/** entries of one page (wecom-protocol 3.9) */
const PAGE_SIZE = 1_000

interface Page {
  info?: { handover_userid: string; external_userid: string; dimission_time: number }[]
  is_last?: boolean
  next_cursor?: string
}

/**
 * Reads from WeCom whose customers wait for a taker because their guide has left the company (get_unassigned_list), page by
 * page; who is listed there is not at work any more, unless they came back under the same userid: WeCom lets them have
 * customers then. A second run changes nothing, and two at once end at the later one's list. A company that does not let the app read
 * this list is left alone: its leavers' customers are handed over as of somebody at work.
 *
 * Each night, and before the customers of somebody who has left are planned.
 *
 * @throws WecomError when WeCom can't be read now
 */
export async function readUnassigned(deps: BotDeps): Promise<void> {
  const now = deps.clock.now()
  let cursor = ''
  const serving = await whoMayServe(deps)
  try {
    do {
      const page = await deps.wecom.post<Page>('/cgi-bin/externalcontact/get_unassigned_list', {
        page_size: PAGE_SIZE,
        ...(cursor && { cursor }),
      })
      await storePage(deps, page, serving, now)
      cursor = page.is_last === true ? '' : (page.next_cursor ?? '')
    } while (cursor !== '')
  } catch (error) {
    if (!(error instanceof WecomError) || error.action === 'retry') throw error
    deps.log.warn({ errcode: error.errcode }, 'unassigned customers can’t be read')
    return
  }
  await deps.db.prisma.unassignedCustomer.deleteMany({ where: { seenAt: { lt: now } } })
}

async function storePage(
  deps: BotDeps,
  { info = [] }: Page,
  serving: ReadonlySet<string> | null,
  now: Date,
): Promise<void> {
  if (info.length === 0) return
  const list = JSON.stringify(info)
  // while WeCom does not say who is there, nobody is gone
  const mayBeGone = serving ? Prisma.sql`l.key <> all(${[...serving]}::text[])` : Prisma.sql`false`
  await deps.db.prisma.$transaction(async (tx) => {
    // relations are written under it, and lock their guides in an order of their own
    await lockMembers(tx)
    await tx.$executeRaw(Prisma.sql`
    with listed as (
      select lower(handover_userid) as key, external_userid, max(dimission_time) as left_s
      from json_to_recordset(${list}::json) as r(handover_userid text, external_userid text, dimission_time bigint)
      group by 1, 2
    ), gone as (
      update employee e set active = false, updated_at = ${now}
      from (select distinct key from listed) l where e.userid_key = l.key and e.active and ${mayBeGone}
    )
    insert into unassigned_customer (employee_id, customer_id, left_at, seen_at)
    select e.id, c.id, to_timestamp(l.left_s), ${now}
    from listed l join employee e on e.userid_key = l.key join customer c on c.external_userid = l.external_userid
    on conflict (employee_id, customer_id) do update set left_at = excluded.left_at,
      seen_at = greatest(unassigned_customer.seen_at, excluded.seen_at)`)
  }, PATIENT)
}
