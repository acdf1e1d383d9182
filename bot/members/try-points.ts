import {
  addMonths,
  atTime,
  endOfMonth,
  addDays,
  type BusinessDay,
} from '../../domain/business-day.ts'
import { birthdayMonths, type PointsProgramme } from '../../domain/points-programme.ts'
import { asksPoints } from '../../domain/tier-table.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { loadTiers } from '../rules/load-tiers.ts'
import { isAlone } from '../tasks/dry-run.ts'
import { figuresNow, rankBy } from './judge-tiers.ts'
import { loadProgramme } from './points-programme.ts'
import { wantedLines } from './programme-lines.ts'
import { tierFigures } from './tier-figures.ts'

/** What a month gives. */
interface MonthPoints {
  /** for orders */
  spend: number
  /** for joining and bringing friends, each day's cap respected */
  behaviour: number
  /** members who get any */
  members: number
}

/** What the last whole month would have given by a programme as it might be, beside the one in force. */
export interface PointsTried {
  from: BusinessDay
  to: BusinessDay
  /** what was paid in the month net of refunds, in fen */
  netFen: number
  after: MonthPoints
  before: MonthPoints
  /** customers whose figures would now give a higher tier, or a lower one; null where no tier asks for points */
  tiers: { up: number; down: number } | null
}

const LONGEST_MS = 120_000

/**
 * Tries a programme on the last whole month: what its orders, sign-ups and referrals would have given, whether or not the
 * programme had begun by then, and whose points of 365 days would then give another tier. Writes nothing.
 *
 * @param programme null: no points are given
 * @param today the month before this day's is tried
 * @returns null while another dry run is under way
 */
export async function tryPoints(
  deps: BotDeps,
  programme: PointsProgramme | null,
  today: BusinessDay,
): Promise<PointsTried | null> {
  const from = addMonths(`${today.slice(0, 8)}01`, -1)
  const month = { from, to: endOfMonth(from) }
  return await deps.db.prisma.$transaction(
    async (tx) => {
      if (!(await isAlone(tx))) return null
      await tx.$executeRaw(
        Prisma.sql`select set_config('statement_timeout', ${String(LONGEST_MS)}, true)`,
      )
      const inForce = await loadProgramme(tx)
      await keepDue(tx, 'tried_before', inForce?.enabled ? inForce.params : null, month, deps.zone)
      await keepDue(tx, 'tried_after', programme, month, deps.zone)
      return {
        ...month,
        netFen: await netOf(tx, month),
        after: await sumOf(tx, 'tried_after'),
        before: await sumOf(tx, 'tried_before'),
        tiers: await tierMoves(tx, today, deps.zone),
      }
    },
    { timeout: LONGEST_MS, maxWait: LONGEST_MS },
  )
}

type Kept = 'tried_before' | 'tried_after'
type Month = Pick<PointsTried, 'from' | 'to'>

/** Keeps what each member is due for the month, as a table that goes with the transaction. */
async function keepDue(
  tx: Db,
  table: Kept,
  params: PointsProgramme | null,
  { from, to }: Month,
  zone: string,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    create temp table ${Prisma.raw(table)} (customer_id bigint, spend bigint, behaviour bigint) on commit drop`)
  if (params === null) return
  const inMonth = Prisma.sql`between ${from}::date and ${to}::date`
  const birthdays = birthdayMonths(from, to)
  await tx.$executeRaw(Prisma.sql`
    insert into ${Prisma.raw(table)}
    with ${wantedLines(
      { params, zone, birthdays },
      {
        orders: Prisma.sql`o.paid_day ${inMonth}`,
        joined: Prisma.sql`c.joined_at >= ${atTime(from, '00:00', zone)}
          and c.joined_at < ${atTime(addDays(to, 1), '00:00', zone)}`,
        brought: Prisma.sql`brought.referrer_member_no is not null
          and brought.id in (select customer_id from orders where paid_day ${inMonth})`,
      },
    )}, a_day as (
      select customer_id, track, day, sum(fresh) as points from wanted
      where customer_id is not null and day ${inMonth} group by 1, 2, 3
    )
    select customer_id, coalesce(sum(points) filter (where track = 'spend'), 0),
      coalesce(sum(least(points, ${params.behaviourDailyCap}::int)) filter (where track = 'behaviour'), 0)
    from a_day group by 1`)
}

async function sumOf(tx: Db, table: Kept): Promise<MonthPoints> {
  const [sum] = await tx.$queryRaw<MonthPoints[]>(Prisma.sql`
    select coalesce(sum(spend), 0)::float8 as spend, coalesce(sum(behaviour), 0)::float8 as behaviour,
      count(*) filter (where spend + behaviour > 0)::int as members
    from ${Prisma.raw(table)}`)
  return sum ?? { spend: 0, behaviour: 0, members: 0 }
}

async function netOf(tx: Db, { from, to }: Month): Promise<number> {
  const [sum] = await tx.$queryRaw<{ net: number }[]>(Prisma.sql`
    select coalesce(sum(greatest(amount_fen - refunded_fen, 0)), 0)::float8 as net from orders
    where paid_day between ${from}::date and ${to}::date and status = 'paid' and customer_id is not null`)
  return sum?.net ?? 0
}

/** Whose tier by the figures would differ: the points there are, less what one programme gives, plus the other's. */
async function tierMoves(tx: Db, day: BusinessDay, zone: string): Promise<PointsTried['tiers']> {
  const { table } = await loadTiers(tx)
  if (!asksPoints(table)) return null
  const now = figuresNow(day)
  const then = { ...now, points: Prisma.sql`greatest(f.points + d.more, 0)` }
  const [moved] = await tx.$queryRaw<{ up: number; down: number }[]>(Prisma.sql`
    with ${tierFigures({ table, day, zone, whom: 'everybody' })}, d as (
      select customer_id, sum(more) as more from (
        select customer_id, spend + behaviour as more from tried_after
        union all select customer_id, -spend - behaviour from tried_before) both_ways
      group by 1 having sum(more) <> 0
    ), ranked as (
      select ${rankBy(table, now)} as was, ${rankBy(table, then)} as will
      from figures f join d using (customer_id)
    )
    select count(*) filter (where will > was)::int as up, count(*) filter (where will < was)::int as down from ranked`)
  return moved ?? { up: 0, down: 0 }
}
