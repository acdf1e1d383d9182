import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { WecomError } from '../wecom/error-table.ts'
import { endRelation, rememberEnding, type EndedBy } from './end-relation.ts'
import { joinToMember } from './join-member.ts'
import { lockCustomers, PATIENT } from './lock-customer.ts'
import { refreshTags } from './apply-tag-rules.ts'
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
 * lists no more are ended, also one that we had not heard of), the tags, which are then mirrored to the other relations; last, the customer is
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
      [...follows.map((follow) => follow.userid), ...(hints.ended ? [hints.ended.userid] : [])],
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
  const listed = new Set(follows.map((follow) => useridKey(follow.userid)))
  const ending = endingOf(hints, listed, employees)
  if (ending) await rememberEnding(tx, { externalUserid, ...ending, now })
  const customer = await tx.customer.findUnique({
    where: { externalUserid },
    select: { id: true },
  })
  if (!customer) return { customerId: null, listed, changes: 0 }
  const ended = await endWhatEnded(tx, deps, { customerId: customer.id, listed, readAt, ending })
  const { customerId } = await joinToMember(tx, deps, customer.id)
  const changes = stored.opened + stored.tagChanges + ended
  if (changes > 0 || customerId !== customer.id) await refreshTags(tx, deps, [customerId], now)
  await mirrorTags(tx, { customerIds: [customerId], now, traceId: hints.traceId })
  return { customerId, listed, changes }
}

interface Ending {
  employeeId: bigint
  by: EndedBy
  at: Date
}

/** The end that the event tells of, where WeCom's list agrees. */
function endingOf(
  { ended }: SyncHints,
  listed: Set<string>,
  employees: Map<string, KnownEmployee>,
): Ending | null {
  const employee = ended && employees.get(useridKey(ended.userid))
  if (!ended || !employee) return null
  const { by, at } = ended
  // a customer who deleted the guide stays on the guide's list (wecom-protocol 1.8)
  const isBelievable = by === 'customer' || !listed.has(useridKey(ended.userid))
  return isBelievable ? { employeeId: employee.id, by, at } : null
}

async function endWhatEnded(
  tx: Db,
  deps: BotDeps,
  read: { customerId: bigint; listed: Set<string>; readAt: Date; ending: Ending | null },
): Promise<number> {
  const { customerId, listed, readAt, ending } = read
  const now = deps.clock.now()
  let ended = 0
  if (ending && (await endRelation(tx, deps, { customerId, ...ending, now }))) ended += 1
  const live = await tx.relation.findMany({
    // of the last read that was overtaken, what a later one stored is not missing
    where: { customerId, endedAt: null, half: false, syncedAt: { lte: readAt } },
    select: { employee: { select: { id: true, useridKey: true } } },
  })
  for (const { employee } of live) {
    if (listed.has(employee.useridKey)) continue
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
 * A half relation that is known from an earlier adding becomes one of this adding, so that the late event of
 * what ended the earlier one ends nothing; the same for one that WeCom was found to list no more.
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
      where relation.ended_at <= ${half.at}
        or (relation.added_at < ${half.at}
          and (relation.ended_by = 'missing' or (relation.half and relation.ended_at is null)))`)
    if (changed === 0) await tellBeginning(tx, employeeId, half)
    const customer = await tx.customer.findUniqueOrThrow({
      where: { externalUserid: half.externalUserid },
      select: { id: true },
    })
    if (changed > 0) await refreshTags(tx, deps, [customer.id], now)
    return changed > 0
  }, PATIENT)
}

/** The beginning of a relation whose end was told first (rememberEnding), and which therefore has no length yet. */
async function tellBeginning(
  tx: Db,
  employeeId: bigint,
  { externalUserid, state, at }: { externalUserid: string; state: string | null; at: Date },
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    update relation r set added_at = ${at}, half = true, state = coalesce(${state}, r.state)
    from customer c
    where c.external_userid = ${externalUserid} and r.customer_id = c.id and r.employee_id = ${employeeId}
      and r.added_at = r.ended_at and r.ended_at > ${at}`)
}
