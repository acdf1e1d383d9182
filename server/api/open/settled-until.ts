import type { BotDeps } from '../../../bot/deps.ts'
import { Prisma } from '../../../prisma/db.ts'

/** shorter ones are covered by the minutes that a reader goes back */
const LONG_MS = 1_000
/** a transaction's rows may bear a moment before its begin: it waited for a connection */
const BEFORE_BEGIN_MS = 30_000
/** no transaction of ours lasts longer: one that does is somebody's forgotten session, for which nobody waits */
const LONGEST_MS = 35 * 60_000
const FAR_AHEAD = new Date('9999-12-31T00:00:00Z')

/**
 * Until when no more changes come: a night's scan writes for minutes, and its rows bear the moment in which it began. A
 * reader who saw later rows first would go on behind them, and never see those. Ask it before the rows are read: what
 * ends in between is seen.
 *
 * @returns a moment up to which changes are all there; far ahead where nobody has been writing for long
 */
export async function settledUntil(deps: BotDeps): Promise<Date> {
  // begins are the database's time, rows bear the clock's, which a demo moves: what both share is how long it lasts
  const [row] = await deps.db.prisma.$queryRaw<{ ms: number | null }[]>(Prisma.sql`
    select max(extract(epoch from clock_timestamp() - xact_start))::float8 * 1000 as ms
    from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend'
      and backend_xid is not null and pid <> pg_backend_pid()`)
  const ms = row?.ms ?? 0
  if (ms < LONG_MS) return FAR_AHEAD
  return new Date(deps.clock.now().getTime() - Math.min(ms, LONGEST_MS) - BEFORE_BEGIN_MS)
}
