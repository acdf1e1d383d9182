import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { enqueue } from '../queue.ts'
import { WecomError } from '../wecom/error-table.ts'
import { PATIENT } from './lock-customer.ts'
import { lockMembers } from './members-lock.ts'
import { readCustomersPage } from './read-customers-page.ts'
import { syncCustomer } from './sync-customer.ts'
import { ensureEmployees, useridKey } from './sync-employees.ts'
import { syncTags } from './sync-tags.ts'

type SyncKind = 'full' | 'reconcile'

/** How far a run is, for whoever watches it. */
export interface SyncProgress {
  phase: string
  done: number
  total: number
}

/** Where a run goes on. Keys are useridKeys in order. */
interface SyncCursor {
  /** business day of a reconcile */
  day?: string
  /** every guide up to this one is read */
  after: string
  /** guides whose customers are being read now, and WeCom's cursor in their list */
  group: string[]
  page: string
  /** pairs of guide and customer that the guides' lists hold: the customers phase's total */
  pairs: number
}

interface Run {
  id: bigint
  kind: SyncKind
  phase: string
  cursor: SyncCursor
  total: number
  done: number
  startedAt: Date
}

/** WeCom lists no guide at all: a wrong set-up, not the end of every relation. */
class NoGuides extends Error {
  override message =
    'WeCom lists no member with 客户联系: check the visible range of the app and 可调用接口的应用'
}

/** The run was finished, or another process is working on it: this one stops. */
class Superseded extends Error {}

/** Guides per batch of `user/get` and `externalcontact/list`; guides per `batch/get_by_user`. */
const MEMBERS_A_BATCH = 20
const GUIDES_A_GROUP = 100

const START: SyncCursor = { after: '', group: [], page: '', pairs: 0 }

/**
 * Starts reading all of WeCom's lists: employees, tags, customers with their relations. Where a full run
 * is unfinished, that one goes on from its cursor instead.
 *
 * @param options.enqueue false: the caller runs it itself with `runSync`
 * @returns the run's id, to watch its row
 */
export async function startFullSync(
  deps: BotDeps,
  options: { enqueue?: boolean } = {},
): Promise<bigint> {
  return startRun(deps, 'full', null, options.enqueue ?? true)
}

/**
 * For the start of the program: starts a full run when none was ever finished, and lets an unfinished one
 * go on.
 *
 * @returns the run's id, or null when there is nothing to do
 */
export async function startSyncIfNever(deps: BotDeps): Promise<bigint | null> {
  const finished = await deps.db.prisma.syncRun.findFirst({
    where: { kind: 'full', state: 'done' },
    select: { id: true },
  })
  return finished ? null : startFullSync(deps)
}

/** Opens the run of a day's reconcile, or finds the one that was cut off. null: the day's run is done. */
export async function openReconcile(deps: BotDeps, day: string): Promise<bigint | null> {
  const done = await deps.db.prisma.syncRun.findFirst({
    where: { kind: 'reconcile', state: 'done', cursor: { path: ['day'], equals: day } },
    select: { id: true },
  })
  return done ? null : startRun(deps, 'reconcile', day, false)
}

async function startRun(
  deps: BotDeps,
  kind: SyncKind,
  day: string | null,
  withJob: boolean,
): Promise<bigint> {
  return deps.db.prisma.$transaction(async (tx) => {
    await tx.$queryRaw(Prisma.sql`
      select pg_advisory_xact_lock(hashtextextended('sync run', 0))::text`)
    const unfinished = await tx.syncRun.findFirst({
      where: {
        kind,
        finishedAt: null,
        ...(day === null ? {} : { cursor: { path: ['day'], equals: day } }),
      },
      orderBy: { id: 'desc' },
      select: { id: true },
    })
    const run = unfinished
      ? await tx.syncRun.update({
          where: { id: unfinished.id },
          data: { state: 'running', error: null },
          select: { id: true },
        })
      : await tx.syncRun.create({
          data: {
            kind,
            state: 'running',
            phase: 'employees',
            cursor: { ...START, ...(day === null ? {} : { day }) },
            startedAt: deps.clock.now(),
          },
          select: { id: true },
        })
    if (withJob) await enqueue(tx, 'sync', { runId: String(run.id) }, { jobKey: `sync:${run.id}` })
    return run.id
  })
}

/**
 * Works on a run until it is finished: each batch is stored together with the cursor behind it, so that a
 * run that is cut off anywhere goes on there and repeats nothing but harmless reads. Two processes on one
 * run: the one whose cursor is behind stops.
 *
 * @throws WecomError when WeCom can't be read now: the job tries again. A refusal that needs a person ends
 *   the attempt: the row says `failed` and what to do; `startFullSync` goes on from there.
 */
export async function runSync(
  deps: BotDeps,
  runId: bigint,
  options: { onProgress?: (progress: SyncProgress) => void } = {},
): Promise<void> {
  const report = options.onProgress ?? (() => undefined)
  try {
    for (;;) {
      const run = await readRun(deps.db.prisma, runId)
      if (!run) return
      report(run)
      if (run.phase === 'employees') await employeesBatch(deps, run)
      else if (run.phase === 'tags') await tagsPhase(deps, run)
      else if (run.phase === 'customers') await customersPage(deps, run)
      else return await finish(deps, run, report)
    }
  } catch (error) {
    if (error instanceof Superseded) return
    await noteFailure(deps, runId, error)
    if (!isForPeople(error)) throw error
  }
}

async function readRun(db: Db, runId: bigint): Promise<Run | null> {
  const row = await db.syncRun.findUnique({ where: { id: runId } })
  if (!row || row.finishedAt !== null) return null
  return {
    ...row,
    kind: row.kind === 'reconcile' ? 'reconcile' : 'full',
    // written by this file only
    cursor: { ...START, ...(row.cursor as object) },
  }
}

/** Moves the run on; a reconcile counts what it repaired. Stops this process when the row isn't where we read it. */
async function advance(
  tx: Db,
  run: Run,
  to: { phase?: string; cursor?: SyncCursor; total?: number; done?: number },
  repaired = 0,
): Promise<void> {
  const moved = await tx.$executeRaw(Prisma.sql`
    update sync_run set phase = ${to.phase ?? run.phase},
      cursor = ${JSON.stringify(to.cursor ?? run.cursor)}::jsonb,
      total = ${to.total ?? run.total}::int, done = ${to.done ?? run.done}::int,
      repaired = repaired + ${run.kind === 'reconcile' ? repaired : 0}::int, error = null
    where id = ${run.id} and finished_at is null and phase = ${run.phase} and done = ${run.done}
      and cursor = ${JSON.stringify(run.cursor)}::jsonb`)
  if (moved === 0) throw new Superseded()
}

const traceOf = (run: Run): string => `sync-${run.id}`

/** The guides with 客户联系 in the app's range, by key. */
async function readGuides(deps: BotDeps, run: Run): Promise<Map<string, string>> {
  const answer = await deps.wecom.get<{ follow_user?: string[] }>(
    '/cgi-bin/externalcontact/get_follow_user_list',
    {},
    { traceId: traceOf(run) },
  )
  const guides = answer.follow_user ?? []
  if (guides.length === 0) throw new NoGuides()
  return new Map(guides.map((userid) => [useridKey(userid), userid]))
}

function nextKeys(guides: Map<string, string>, after: string, count: number): string[] {
  return [...guides.keys()]
    .filter((key) => key > after)
    .sort()
    .slice(0, count)
}

/** Employees of some guides, and how many customers each has: that makes progress visible later. */
async function employeesBatch(deps: BotDeps, run: Run): Promise<void> {
  const guides = await readGuides(deps, run)
  const keys = nextKeys(guides, run.cursor.after, MEMBERS_A_BATCH)
  const last = keys.at(-1)
  if (last === undefined) {
    await advance(deps.db.prisma, run, {
      phase: 'tags',
      cursor: { ...run.cursor, after: '' },
      total: 1,
      done: 0,
    })
    return
  }
  const userids = keys.flatMap((key) => guides.get(key) ?? [])
  await ensureEmployees(deps, userids, traceOf(run))
  const repaired = await bringIntoApp(deps, keys)
  const counts = await Promise.all(userids.map((userid) => countCustomers(deps, run, userid)))
  const pairs = run.cursor.pairs + counts.reduce((sum, count) => sum + count, 0)
  await advance(
    deps.db.prisma,
    run,
    {
      cursor: { ...run.cursor, after: last, pairs },
      total: guides.size,
      done: Math.min(run.done + keys.length, guides.size),
    },
    repaired,
  )
}

/** Who is on the list is inside the app's visible range, also where a `subscribe` was lost. */
async function bringIntoApp(deps: BotDeps, keys: string[]): Promise<number> {
  const outside = { useridKey: { in: keys }, inApp: false }
  const { prisma } = deps.db
  if ((await prisma.employee.findFirst({ where: outside, select: { id: true } })) === null) return 0
  return prisma.$transaction(async (tx) => {
    // relations are written under it, and lock their guides in an order of their own
    await lockMembers(tx)
    const { count } = await tx.employee.updateMany({
      where: outside,
      data: { inApp: true, updatedAt: deps.clock.now() },
    })
    return count
  }, PATIENT)
}

async function countCustomers(deps: BotDeps, run: Run, userid: string): Promise<number> {
  try {
    const answer = await deps.wecom.get<{ external_userid?: string[] }>(
      '/cgi-bin/externalcontact/list',
      { userid },
      { traceId: traceOf(run) },
    )
    return answer.external_userid?.length ?? 0
  } catch (error) {
    // 84061: a member with no customers; other refusals of one member are met again in the pages
    if (error instanceof WecomError && !isTransient(error)) return 0
    throw error
  }
}

async function tagsPhase(deps: BotDeps, run: Run): Promise<void> {
  await syncTags(deps, 'all', traceOf(run))
  await advance(deps.db.prisma, run, {
    phase: 'customers',
    total: run.cursor.pairs,
    done: 0,
  })
}

/** One page of one group of guides; a group that is through moves `after` on. */
async function customersPage(deps: BotDeps, run: Run): Promise<void> {
  const { cursor } = run
  if (cursor.group.length === 0) {
    const guides = await readGuides(deps, run)
    const group = nextKeys(guides, cursor.after, GUIDES_A_GROUP)
    await (group.length === 0
      ? advance(deps.db.prisma, run, { phase: 'missing' })
      : advance(deps.db.prisma, run, { cursor: { ...cursor, group, page: '' } }))
    return
  }
  const last = cursor.group.at(-1) ?? cursor.after
  const page = await readCustomersPage(deps, {
    keys: cursor.group,
    cursor: cursor.page,
    traceId: traceOf(run),
  })
  if (page === 'refused') {
    // one member of the group can't be read: halve until it stands alone, then pass over it
    const half = cursor.group.slice(0, Math.floor(cursor.group.length / 2))
    const passed = half.length === 0
    if (passed) deps.log.warn({ runId: String(run.id) }, 'sync: one member can not be read')
    await advance(deps.db.prisma, run, {
      cursor: passed
        ? { ...cursor, after: last, group: [], page: '' }
        : { ...cursor, group: half, page: '' },
    })
    return
  }
  const next = page.nextCursor
  await deps.db.prisma.$transaction(async (tx) => {
    const repaired = await page.store(tx)
    await advance(
      tx,
      run,
      {
        cursor: next ? { ...cursor, page: next } : { ...cursor, after: last, group: [], page: '' },
        done: run.done + page.size,
        total: Math.max(run.total, run.done + page.size),
      },
      repaired,
    )
  }, PATIENT)
}

/**
 * Relations that no list showed: each such customer is read once more by itself, which ends what is gone,
 * and says so truly. One whom WeCom refuses is passed over, and asked for again in the next run. Then the run is done.
 */
async function finish(
  deps: BotDeps,
  run: Run,
  report: (progress: SyncProgress) => void,
): Promise<void> {
  let after = 0n
  const refused = new Map<number, number>()
  for (;;) {
    const unseen = await deps.db.prisma.$queryRaw<{ id: bigint; external_userid: string }[]>(
      Prisma.sql`
        select distinct c.id, c.external_userid
        from relation r join customer c on c.id = r.customer_id
        where r.ended_at is null and not r.half and r.synced_at < ${run.startedAt}
          and c.external_userid is not null and c.id > ${after}
        order by c.id limit 100`,
    )
    if (unseen.length === 0) break
    let repaired = 0
    for (const customer of unseen) {
      after = customer.id
      try {
        const hints = { traceId: traceOf(run) }
        repaired += (await syncCustomer(deps, customer.external_userid, hints)).changes
      } catch (error) {
        if (!(error instanceof WecomError) || !isAboutCustomer(error)) throw error
        refused.set(error.errcode, (refused.get(error.errcode) ?? 0) + 1)
      }
    }
    if (run.kind === 'reconcile') {
      await deps.db.prisma.syncRun.update({
        where: { id: run.id },
        data: { repaired: { increment: repaired } },
      })
    }
  }
  if (refused.size > 0) {
    deps.log.warn(
      { runId: String(run.id), refused: Object.fromEntries(refused) },
      'sync: customers that WeCom refuses',
    )
  }
  const done = Math.max(run.done, run.total)
  await deps.db.prisma.syncRun.updateMany({
    where: { id: run.id, finishedAt: null },
    data: { state: 'done', finishedAt: deps.clock.now(), done, total: done, error: null },
  })
  report({ phase: 'done', done, total: done })
  deps.log.info({ runId: String(run.id), kind: run.kind, pairs: done }, 'sync: done')
}

async function noteFailure(deps: BotDeps, runId: bigint, error: unknown): Promise<void> {
  const forPeople = isForPeople(error)
  const told = error instanceof WecomError || error instanceof NoGuides
  const text = told ? error.message : 'an error of ours: see the log'
  await deps.db.prisma.syncRun.updateMany({
    where: { id: runId, finishedAt: null },
    data: { error: text, ...(forPeople ? { state: 'failed' } : {}) },
  })
  if (forPeople) deps.log.error({ runId: String(runId), err: error }, 'sync: needs a person')
}

function isForPeople(error: unknown): boolean {
  return error instanceof NoGuides || (error instanceof WecomError && !isTransient(error))
}

/** A refusal of one customer; what else is refused needs a person, or holds for every customer. */
function isAboutCustomer(error: WecomError): boolean {
  // odd letters in an id, and a member who follows the customer no more
  return error.action === 'give_up' || [40033, 40035, 40058, 84084].includes(error.errcode)
}

function isTransient(error: WecomError): boolean {
  return error.action === 'retry' || error.action === 'refresh'
}
