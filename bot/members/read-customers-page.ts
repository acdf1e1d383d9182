import type { Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { WecomError } from '../wecom/error-table.ts'
import { joinToMember } from './join-member.ts'
import { lockCustomers } from './lock-customer.ts'
import { refreshTags } from './apply-tag-rules.ts'
import { tellWecomOfPage } from './mirror-queue.ts'
import { storeFollows } from './store-follows.ts'
import { ensureEmployees } from './sync-employees.ts'
import { ensureTags } from './sync-tags.ts'
import { followsOfPage, type WecomContactPage } from './wecom-shapes.ts'

/** Pairs of customer and guide that were read and wait to be stored. */
export interface CustomersPage {
  size: number
  /** empty: the last page of these guides */
  nextCursor: string
  /** stores the page; returns how many relations and tags were not as WeCom says */
  store: (tx: Db) => Promise<number>
}

/** 84061 also means a member without customers (wecom-protocol 2.2) */
const NO_CUSTOMERS = 84061
const REFUSED_MEMBER = [40003, 46004, 50002, 60011, 60021, 60111, 84074, 84083, 84084]

/**
 * Reads one page (up to 100 pairs) of the customers of up to 100 guides
 * (`externalcontact/batch/get_by_user`, wecom-protocol 3.4).
 *
 * @param input.keys userids; WeCom compares them without case
 * @returns `refused` when WeCom won't read one of these members
 * @throws WecomError for everything else
 */
export async function readCustomersPage(
  deps: BotDeps,
  input: { keys: string[]; cursor: string; traceId: string },
): Promise<CustomersPage | 'refused'> {
  const { traceId } = input
  const readAt = deps.clock.now()
  const known = await ensureEmployees(deps, input.keys, traceId)
  let page: WecomContactPage
  try {
    page = await deps.wecom.post<WecomContactPage>(
      '/cgi-bin/externalcontact/batch/get_by_user',
      {
        userid_list: input.keys.map((key) => known.get(key)?.userid ?? key),
        limit: 100,
        ...(input.cursor ? { cursor: input.cursor } : {}),
      },
      { traceId },
    )
  } catch (error) {
    if (!(error instanceof WecomError)) throw error
    if (REFUSED_MEMBER.includes(error.errcode)) return 'refused'
    if (error.errcode !== NO_CUSTOMERS) throw error
    // whose? asked alone, it is this one's
    if (input.keys.length > 1) return 'refused'
    page = {}
  }
  const follows = followsOfPage(page)
  const employees = await ensureEmployees(
    deps,
    follows.map((follow) => follow.userid),
    traceId,
  )
  const tags = await ensureTags(
    deps,
    follows.flatMap((follow) => follow.tagIds),
    traceId,
  )
  return {
    size: follows.length,
    nextCursor: page.next_cursor ?? '',
    store: async (tx) => {
      const now = deps.clock.now()
      const externalUserids = follows.map((follow) => follow.contact.external_userid)
      await lockCustomers(tx, externalUserids)
      const stored = await storeFollows(tx, deps.cipher, { follows, employees, tags, readAt, now })
      const customerIds = await joinStrangers(tx, deps, stored.customerIds)
      const isJoined = customerIds.some((id) => !stored.customerIds.includes(id))
      const isNews = stored.tagChanges + stored.opened > 0 || isJoined
      const retagged = isNews ? await refreshTags(tx, deps, customerIds, now) : []
      await tellWecomOfPage(tx, { customerIds, retagged }, now, traceId)
      return stored.opened + stored.tagChanges
    },
  }
}

/**
 * Customers that no member of the chain is known for yet look for theirs.
 *
 * @returns the ids that hold from now on
 */
async function joinStrangers(tx: Db, deps: BotDeps, customerIds: bigint[]): Promise<bigint[]> {
  const strangers = await tx.customer.findMany({
    where: { id: { in: customerIds }, memberNo: null },
    select: { id: true },
  })
  const holds = new Map<bigint, bigint>()
  for (const { id } of strangers) holds.set(id, (await joinToMember(tx, deps, id)).customerId)
  return [...new Set(customerIds.map((id) => holds.get(id) ?? id))]
}
