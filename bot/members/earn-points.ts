import { addDays, atTime, businessDay, type BusinessDay } from '../../domain/business-day.ts'
import { birthdayMonths } from '../../domain/points-programme.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { pointsChanged } from '../tasks/on-points.ts'
import { writeProgrammeLines, type EarnContext } from './earn-points-sql.ts'
import { runTogether } from './import/run-together.ts'
import { loadProgramme, type ProgrammeInForce } from './points-programme.ts'
import { settleLots } from './settle-lots.ts'

/** daily_run row that says up to which day points were given, and by which version */
const EARNED = 'points_earned'
/** customers of one transaction */
const PAGE = 2_000

/**
 * Gives the points of our own programme as of a day (domain-rules 3): for orders, sign-ups and referrals that came or
 * changed since the last night, with what refunds take back. Every line is one by what it is about, so that a night may
 * run twice, be cut off, or be left out: the next makes good. A chain without a programme is left alone.
 *
 * @param day business day up to which orders and sign-ups count
 * @returns how many lines were written
 */
export async function earnPoints(deps: BotDeps, day: BusinessDay): Promise<number> {
  const programme = await loadProgramme(deps.db.prisma)
  if (!programme) return 0
  const since = await lastNight(deps, day)
  const changed = whatChanged(programme, since, deps.zone)
  const context: EarnContext = {
    programme,
    day,
    zone: deps.zone,
    now: deps.clock.now(),
    changedOrders: changed.orders,
    birthdays: birthdayMonths(programme.params.startsOn, day),
  }
  let lines = 0
  let after = 0n
  for (;;) {
    const page = await nextPage(deps.db.prisma, changed, after)
    const last = page.at(-1)
    if (last === undefined) break
    lines += await runTogether(deps.db, (tx) => earnOf(tx, deps, context, page), {
      timeoutMs: 120_000,
    })
    after = last
  }
  await deps.db.pool.query(
    `insert into daily_run as d (name, day, enqueued_at, finished_at, summary) values ($1, $2::date, $3, $3, $4)
     on conflict (name, day) do update set summary = excluded.summary where d.summary is distinct from excluded.summary`,
    [EARNED, day, context.now, JSON.stringify({ version: programme.version })],
  )
  if (lines > 0) deps.log.info({ day, lines, version: programme.version }, 'points earned')
  return lines
}

async function earnOf(
  tx: Db,
  deps: BotDeps,
  context: EarnContext,
  page: readonly bigint[],
): Promise<number> {
  await tx.$executeRaw(Prisma.sql`select pg_advisory_xact_lock(hashtextextended('points', 0))`)
  const { lines, customers } = await writeProgrammeLines(tx, context, page)
  await settleLots(tx, context.zone, customers)
  await pointsChanged(tx, deps, customers, context.now)
  return lines
}

interface LastNight {
  day: BusinessDay
  version: number
}

/** The last night before or of this day; of later ones a clock that was set back knows nothing. */
async function lastNight({ db }: BotDeps, day: BusinessDay): Promise<LastNight | undefined> {
  const { rows } = await db.pool.query<LastNight>(
    `select day::text as day, (summary ->> 'version')::int as version from daily_run
     where name = $1 and day <= $2::date order by day desc limit 1`,
    [EARNED, day],
  )
  return rows[0]
}

interface Changed {
  /** SQL condition of an order `o` */
  orders: Prisma.Sql
  /** SQL condition of a customer `c` */
  customers: Prisma.Sql
}

/**
 * What the night has to look at: what came or changed since the last one, a day of overlap for what was under way then,
 * orders that were dated ahead; for a new version everything from its first day on.
 */
function whatChanged(
  { version, params }: ProgrammeInForce,
  last: LastNight | undefined,
  zone: string,
): Changed {
  const orders: Prisma.Sql[] = []
  const customers: Prisma.Sql[] = []
  if (last) {
    const since = atTime(addDays(last.day, -1), '00:00', zone)
    orders.push(
      Prisma.sql`o.updated_at >= ${since}`,
      Prisma.sql`o.paid_day > ${businessDay(since, zone)}::date`,
    )
    customers.push(Prisma.sql`c.updated_at >= ${since}`)
  }
  if (last?.version !== version) {
    orders.push(Prisma.sql`o.paid_day >= ${params.startsOn}::date`)
    customers.push(Prisma.sql`c.joined_at >= ${atTime(params.startsOn, '00:00', zone)}`)
  }
  return {
    orders: Prisma.sql`(${Prisma.join(orders, ' or ')})`,
    customers: Prisma.sql`(${Prisma.join(customers, ' or ')})`,
  }
}

async function nextPage(db: Db, changed: Changed, after: bigint): Promise<bigint[]> {
  const rows = await db.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    (select distinct o.customer_id as id from orders o
      where o.customer_id > ${after} and ${changed.orders} order by 1 limit ${PAGE})
    union
    (select c.id from customer c
      where c.id > ${after} and c.member_no is not null and ${changed.customers} order by 1 limit ${PAGE})
    order by 1 limit ${PAGE}`)
  return rows.map(({ id }) => id)
}
