import { businessDay, isoInZone } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { announceMany } from '../messages/webhooks.ts'
import { renderReason } from '../rules/registry.ts'
import type { ScanStamp } from './scan-write.ts'

/** tasks that are read and told at one time */
const PAGE = 2_000

type TaskAnnouncement = 'task.created' | 'task.closed'

interface Row {
  id: string
  kind: string
  memberNo: string | null
  externalUserId: string | null
  guideUserid: string
  status: string
  closing: string | null
  closeReason: string | null
  outcome: string | null
  facts: object
  dueAt: Date
  createdAt: Date
  updatedAt: Date
}

/** Tells the chain's systems what became of some tasks; nobody listening, it costs one lookup. */
export async function announceTasks(
  tx: Db,
  deps: BotDeps,
  event: TaskAnnouncement,
  taskIds: readonly bigint[],
  stamp: { now: Date; traceId: string },
): Promise<void> {
  if (taskIds.length === 0 || !(await hasListener(tx, event))) return
  await announceRows(
    tx,
    deps,
    event,
    Prisma.sql`t.id = any(${taskIds.map(String)}::bigint[])`,
    stamp,
  )
}

/** The same for every task that a scan made. */
export async function announceMade(tx: Db, deps: BotDeps, stamp: ScanStamp): Promise<void> {
  if (!(await hasListener(tx, 'task.created'))) return
  const made = Prisma.sql`t.scan_day = ${stamp.day}::date and t.trace_id = ${stamp.traceId}`
  await announceRows(tx, deps, 'task.created', made, stamp)
}

async function hasListener(tx: Db, event: TaskAnnouncement): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ some: boolean }[]>(
    Prisma.sql`select exists (select 1 from webhook where removed_at is null and ${event} = any(events)) as some`,
  )
  return row?.some ?? false
}

async function announceRows(
  tx: Db,
  deps: BotDeps,
  event: TaskAnnouncement,
  which: Prisma.Sql,
  stamp: { now: Date; traceId: string },
): Promise<void> {
  const [first] = await tx.$queryRaw<{ before: bigint | null }[]>(
    Prisma.sql`select min(t.id) - 1 as before from task t where ${which}`,
  )
  let from = first?.before ?? null
  // a scan of a large chain makes more than a process should hold: what is told, too, is a page at a time
  for (let notBefore = stamp.now; from !== null; notBefore = new Date(stamp.now.getTime() + 1)) {
    const rows = await readPage(tx, which, from)
    await announceMany(tx, stamp.now, event, tellable(rows, deps, stamp), notBefore)
    const last = rows.at(-1)
    from = last && rows.length === PAGE ? BigInt(last.id) : null
  }
}

/** Those behind an id, found from there on: what a scan made lies together. */
async function readPage(tx: Db, which: Prisma.Sql, from: bigint): Promise<Row[]> {
  return await tx.$queryRaw<Row[]>(Prisma.sql`
    with told as materialized (
      select t.id from task t where ${which} and t.id > ${from}::bigint order by t.id limit ${PAGE}
    )
    select t.id::text as id, t.kind, c.member_no as "memberNo", c.external_userid as "externalUserId",
      e.userid as "guideUserid", t.state::text as status, t.closing::text as closing,
      t.close_reason as "closeReason", t.outcome, t.facts,
      t.due_at as "dueAt", t.created_at as "createdAt", t.updated_at as "updatedAt"
    from told join task t on t.id = told.id
    join customer c on c.id = t.customer_id join employee e on e.id = t.assignee_id
    order by told.id`)
}

function tellable(
  rows: readonly Row[],
  deps: BotDeps,
  stamp: { now: Date; traceId: string },
): { body: object; traceId: string }[] {
  const today = businessDay(stamp.now, deps.zone)
  return rows.map(({ dueAt, createdAt, updatedAt, ...row }) => ({
    body: {
      ...row,
      reason: renderReason(row.kind, row.facts, 'zh-CN', today),
      dueAt: isoInZone(dueAt, deps.zone),
      createdAt: isoInZone(createdAt, deps.zone),
      updatedAt: isoInZone(updatedAt, deps.zone),
    },
    traceId: stamp.traceId,
  }))
}
