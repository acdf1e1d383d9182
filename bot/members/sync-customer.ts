import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { WecomError } from '../wecom/error-table.ts'
import { endRelation, type EndedBy } from './end-relation.ts'
import { joinToMember } from './join-member.ts'
import { lockCustomers, PATIENT } from './lock-customer.ts'
import { mirrorTags } from './mirror-tags.ts'
import { storeFollows, type Stored } from './store-follows.ts'
import { ensureEmployees, useridKey, type KnownEmployee } from './sync-employees.ts'
import { ensureTags } from './sync-tags.ts'
import { followsOf, type Follow, type WecomContactAnswer } from './wecom-shapes.ts'

/** What an event said beside "read this customer". */
export interface SyncHints {
  traceId: string
  /** the customer added this guide */
  added?: { userid: string; at: Date }
  /** this relation ended, and who ended it */
  ended?: { userid: string; by: Exclude<EndedBy, 'missing'>; at: Date }
}

export interface SyncedCustomer {
  /** null: WeCom doesn't know the customer and neither do we */
  customerId: bigint | null
  /** useridKey of every guide WeCom lists for the customer */
  listed: Set<string>
  /** relations opened or ended and tags changed: what was not true before */
  changes: number
}

/** A read that another, later one overtook is thrown away and made again; so often at most. */
const READS = 3

/**
 * Reads one customer from WeCom and stores what it says: the person, the relations with guides (those it
 * lists no more are ended), the tags, which are then mirrored to the other relations; last, the customer is
 * joined to a member of the chain. An event is a hint, this is the truth (architecture decision 5). Running
 * it twice changes nothing.
 *
 * 84061 and 40096 mean that no guide in the app's range has a whole relation (wecom-protocol 2.2): live
 * ones are ended, half-added ones wait.
 *
 * @throws WecomError when WeCom can't be read now
 */
export async function syncCustomer(
  deps: BotDeps,
  externalUserid: string,
  hints: SyncHints,
): Promise<SyncedCustomer> {
  for (let read = 1; ; read += 1) {
    const readAt = deps.clock.now()
    const follows = await readFollows(deps, externalUserid, hints.traceId)
    const employees = await ensureEmployees(
      deps,
      follows.map((follow) => follow.userid),
      hints.traceId,
    )
    const tags = await ensureTags(
      deps,
      follows.flatMap((follow) => follow.tagIds),
      hints.traceId,
    )
    const synced = await deps.db.prisma.$transaction(async (tx) => {
      await lockCustomers(tx, [externalUserid])
      if (read < READS && (await overtaken(tx, externalUserid, readAt))) return null
      return store(tx, deps, { externalUserid, follows, employees, tags, readAt }, hints)
    }, PATIENT)
    if (synced) return synced
  }
}

interface CustomerRead {
  externalUserid: string
  follows: Follow[]
  employees: Map<string, KnownEmployee>
  tags: Map<string, bigint>
  readAt: Date
}

async function store(
  tx: Db,
  deps: BotDeps,
  read: CustomerRead,
  hints: SyncHints,
): Promise<SyncedCustomer> {
  const now = deps.clock.now()
  const { externalUserid, follows, employees, tags, readAt } = read
  const stored: Stored = await storeFollows(tx, deps.cipher, {
    follows,
    employees,
    tags,
    readAt,
    now,
    added: hints.added,
  })
  const customer = await tx.customer.findUnique({
    where: { externalUserid },
    select: { id: true },
  })
  const listed = new Set(follows.map((follow) => useridKey(follow.userid)))
  if (!customer) return { customerId: null, listed, changes: 0 }
  const ended = await endWhatEnded(tx, deps, customer.id, listed, hints)
  await mirrorTags(tx, { customerIds: [customer.id], now, traceId: hints.traceId })
  const joined = await joinToMember(tx, customer.id, now)
  return {
    customerId: joined.customerId,
    listed,
    changes: stored.opened + stored.tagChanges + ended,
  }
}

async function endWhatEnded(
  tx: Db,
  deps: BotDeps,
  customerId: bigint,
  listed: Set<string>,
  hints: SyncHints,
): Promise<number> {
  const now = deps.clock.now()
  const live = await tx.relation.findMany({
    where: { customerId, OR: [{ endedAt: null }, { endedBy: 'missing' }] },
    select: { half: true, endedAt: true, employee: { select: { id: true, useridKey: true } } },
  })
  let ended = 0
  for (const { half, endedAt, employee } of live) {
    const isListed = listed.has(employee.useridKey)
    const said = hints.ended && useridKey(hints.ended.userid) === employee.useridKey
    // a customer who deleted the guide stays on the guide's list (wecom-protocol 1.8)
    if (said && hints.ended && (!isListed || hints.ended.by === 'customer')) {
      const { by, at } = hints.ended
      if (await endRelation(tx, deps, { customerId, employeeId: employee.id, by, at, now }))
        ended += 1
    }
    if (isListed || half || endedAt !== null) continue
    const missing = { customerId, employeeId: employee.id, by: 'missing' as const, at: now, now }
    if (await endRelation(tx, deps, missing)) ended += 1
  }
  return ended
}

/** Whether a read that began later than `readAt` was stored already. */
async function overtaken(tx: Db, externalUserid: string, readAt: Date): Promise<boolean> {
  const later = await tx.relation.findFirst({
    where: { customer: { externalUserid }, syncedAt: { gt: readAt } },
    select: { id: true },
  })
  return later !== null
}

/** Every page of `externalcontact/get`; nothing when WeCom says there is no relation. */
async function readFollows(
  deps: BotDeps,
  externalUserid: string,
  traceId: string,
): Promise<Follow[]> {
  const pages: WecomContactAnswer[] = []
  let cursor = ''
  do {
    const page = await readPage(deps, externalUserid, cursor, traceId)
    if (!page) return []
    pages.push(page)
    cursor = page.next_cursor ?? ''
  } while (cursor !== '')
  const contact = pages[0]?.external_contact
  return contact ? followsOf({ ...contact, external_userid: externalUserid }, pages) : []
}

async function readPage(
  deps: BotDeps,
  externalUserid: string,
  cursor: string,
  traceId: string,
): Promise<WecomContactAnswer | null> {
  const query = { external_userid: externalUserid, ...(cursor ? { cursor } : {}) }
  try {
    return await deps.wecom.get<WecomContactAnswer>('/cgi-bin/externalcontact/get', query, {
      traceId,
    })
  } catch (error) {
    if (error instanceof WecomError && UNRELATED.includes(error.errcode)) return null
    throw error
  }
}

/** 84061 no relation, 40096 not this corp's or out of range, 610004 not a customer */
const UNRELATED = [84061, 40096, 610004]

/**
 * A guide whose code needs no confirmation was added and has not confirmed yet: WeCom answers 84061 until
 * then (wecom-protocol 1.8 add_half_external_contact). The relation is kept as half, so that the sidebar
 * knows the customer; nothing is sent or tagged over it.
 *
 * @returns false when the relation is whole already, or was ended after `at`
 */
export async function rememberHalf(
  deps: BotDeps,
  half: { externalUserid: string; userid: string; state: string | null; at: Date; traceId: string },
): Promise<boolean> {
  const employees = await ensureEmployees(deps, [half.userid], half.traceId)
  const employeeId = employees.get(useridKey(half.userid))?.id
  if (employeeId === undefined) return false
  const now = deps.clock.now()
  return deps.db.prisma.$transaction(async (tx) => {
    await lockCustomers(tx, [half.externalUserid])
    const changed = await tx.$executeRaw(Prisma.sql`
      with person as (
        insert into customer (external_userid, created_at, updated_at)
        values (${half.externalUserid}, ${now}, ${now})
        on conflict (external_userid) do update set external_userid = excluded.external_userid
        returning id
      )
      insert into relation (customer_id, employee_id, state, half, added_at, remark_mobile_hashes,
        synced_at)
      select id, ${employeeId}, ${half.state}, true, ${half.at}, '{}', ${now} from person
      on conflict (customer_id, employee_id) do update set
        half = true, added_at = excluded.added_at, ended_at = null, ended_by = null,
        state = coalesce(excluded.state, relation.state), synced_at = excluded.synced_at
      where relation.ended_at <= ${half.at}`)
    return changed > 0
  }, PATIENT)
}
