import type { Lot, PointsLine } from '../../domain/points-lots.ts'
import { settleLedger } from '../../domain/settle-ledger.ts'
import { Prisma, type Database, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { forEachPage } from './customer-pages.ts'
import { numbers, texts } from './import/columns.ts'
import { runTogether } from './import/run-together.ts'

/** Most customers of one settling. */
const CHUNK = 2_000

interface LedgerRow extends PointsLine {
  entryId: string
  customerId: string
}

/**
 * Settles the ledgers of customers into lots, by the one rule there is (domain settleLedger). To be called in the
 * transaction that stored the lines, with everybody whose ledger has gained or lost one. Only rows that differ are
 * written. The customers are locked, in the order of their ids: of two transactions that bring lines of one customer
 * the second settles both.
 */
export async function settleLots(
  tx: Db,
  zone: string,
  customerIds: readonly bigint[],
): Promise<void> {
  const ids = [...new Set(customerIds)].sort((a, b) => (a < b ? -1 : 1))
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK)
    await tx.$executeRaw`
      select 1 from customer where id = any(${chunk}::bigint[]) order by id for no key update`
    await writeSettled(tx, chunk, await readLedgers(tx, zone, chunk))
  }
}

/**
 * Settles everybody's ledger anew, in chunks by id; twice writes nothing the second time.
 *
 * @param progress told after each chunk how many customers are done
 * @returns how many customers were looked at
 */
export async function rebuildLots(
  db: Database,
  zone: string,
  progress: (done: number) => void = () => undefined,
): Promise<number> {
  return await forEachPage(db, { size: CHUNK, progress }, (ids) =>
    runTogether(db, (tx) => settleLots(tx, zone, ids), { timeoutMs: 120_000 }),
  )
}

/**
 * Gives lots to the ledgers that were there before lots were kept: the job that the migration asks for (its daily_run row)
 * and the clock starts once.
 */
export async function settleOldLedgers(deps: BotDeps): Promise<void> {
  const customers = await rebuildLots(deps.db, deps.zone)
  await deps.db.prisma.dailyRun.updateMany({
    where: { name: 'lots' },
    data: { finishedAt: deps.clock.now(), summary: { customers } },
  })
  deps.log.info({ customers }, 'points ledgers settled')
}

async function readLedgers(tx: Db, zone: string, ids: readonly bigint[]): Promise<LedgerRow[][]> {
  const rows = await tx.$queryRaw<LedgerRow[]>(Prisma.sql`
    select e.id::text as "entryId", e.customer_id::text as "customerId", e.entry_no as id, e.kind::text as kind,
      e.points, (e.occurred_at at time zone ${zone})::date::text as day,
      -- an end at midnight is the end of the day before
      ((e.expires_at - interval '1 millisecond') at time zone ${zone})::date::text as "expiresOn",
      e.about, (e.facts ->> 'pendingDays')::int as "pendingDays", (e.facts ->> 'validDays')::int as "validDays"
    from points_entry e where e.customer_id = any(${[...ids]}::bigint[])`)
  const ledgers = new Map<string, LedgerRow[]>()
  for (const row of rows) {
    const ledger = ledgers.get(row.customerId)
    if (ledger) ledger.push(row)
    else ledgers.set(row.customerId, [row])
  }
  return [...ledgers.values()]
}

/** Writes what ledgers come to: lots, their uses and shortfalls, in one statement. */
async function writeSettled(tx: Db, ids: readonly bigint[], ledgers: LedgerRow[][]): Promise<void> {
  const lots: { entry: string; customer: string; lot: Lot }[] = []
  const uses: { entry: string; lot: string; customer: string; points: number }[] = []
  const shortfalls: { entry: string; customer: string; points: number }[] = []
  for (const ledger of ledgers) {
    const customer = ledger[0]?.customerId ?? ''
    const entryIds = new Map(ledger.map(({ id, entryId }) => [id, entryId]))
    const entryOf = (entryNo: string) => entryIds.get(entryNo) ?? ''
    const settled = settleLedger(ledger)
    for (const lot of settled.lots) lots.push({ entry: entryOf(lot.id), customer, lot })
    for (const { line, lot, points } of settled.uses) {
      uses.push({ entry: entryOf(line), lot: entryOf(lot), customer, points })
    }
    for (const { line, points } of settled.shortfalls) {
      shortfalls.push({ entry: entryOf(line), customer, points })
    }
  }
  const theirs = Prisma.sql`t.customer_id = any(${[...ids]}::bigint[])`
  // the planner takes what comes as arrays for a few rows; loops over tens of thousands would take seconds
  await tx.$executeRaw(Prisma.sql`set local enable_nestloop = off`)
  await tx.$executeRaw(Prisma.sql`
    with lot as materialized (
      select * from unnest(
        ${texts(lots, ({ entry }) => entry)}::bigint[], ${texts(lots, ({ customer }) => customer)}::bigint[],
        ${numbers(lots, ({ lot }) => lot.points)}::int[], ${numbers(lots, ({ lot }) => lot.remaining)}::int[],
        ${texts(lots, ({ lot }) => lot.availableOn)}::date[], ${texts(lots, ({ lot }) => lot.expiresOn)}::date[]
      ) as n(entry_id, customer_id, points, remaining, available_on, expires_on)
    ), used as materialized (
      select * from unnest(
        ${texts(uses, ({ entry }) => entry)}::bigint[], ${texts(uses, ({ lot }) => lot)}::bigint[],
        ${texts(uses, ({ customer }) => customer)}::bigint[], ${numbers(uses, ({ points }) => points)}::int[]
      ) as n(entry_id, lot_id, customer_id, points)
    ), short as materialized (
      select * from unnest(
        ${texts(shortfalls, ({ entry }) => entry)}::bigint[],
        ${texts(shortfalls, ({ customer }) => customer)}::bigint[],
        ${numbers(shortfalls, ({ points }) => points)}::int[]
      ) as n(entry_id, customer_id, points)
    ), lots_gone as (
      delete from points_lot t where ${theirs} and not exists (select from lot n where n.entry_id = t.entry_id)
    ), uses_gone as (
      delete from points_use t
      where ${theirs} and not exists (select from used n where (n.entry_id, n.lot_id) = (t.entry_id, t.lot_id))
    ), short_gone as (
      delete from points_shortfall t where ${theirs} and not exists (select from short n where n.entry_id = t.entry_id)
    ), lots_kept as (
      insert into points_lot as t (entry_id, customer_id, points, remaining, available_on, expires_on)
      select n.* from lot n left join (select * from points_lot t where ${theirs}) o using (entry_id)
      where o.entry_id is null or (o.customer_id, o.points, o.remaining, o.available_on, o.expires_on)
        is distinct from (n.customer_id, n.points, n.remaining, n.available_on, n.expires_on)
      on conflict (entry_id) do update set customer_id = excluded.customer_id, points = excluded.points,
        remaining = excluded.remaining, available_on = excluded.available_on, expires_on = excluded.expires_on
    ), uses_kept as (
      insert into points_use as t (entry_id, lot_id, customer_id, points)
      select n.* from used n left join (select * from points_use t where ${theirs}) o using (entry_id, lot_id)
      where o.entry_id is null or (o.customer_id, o.points) is distinct from (n.customer_id, n.points)
      on conflict (entry_id, lot_id) do update set customer_id = excluded.customer_id, points = excluded.points
    )
    insert into points_shortfall as t (entry_id, customer_id, points)
    select n.* from short n left join (select * from points_shortfall t where ${theirs}) o using (entry_id)
    where o.entry_id is null or (o.customer_id, o.points) is distinct from (n.customer_id, n.points)
    on conflict (entry_id) do update set customer_id = excluded.customer_id, points = excluded.points`)
  await tx.$executeRaw(Prisma.sql`set local enable_nestloop to default`)
}
