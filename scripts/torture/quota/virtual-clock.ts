import type pg from 'pg'

/** A clock the database shows instead of its own, to sessions that ask for it. */
export interface VirtualClock {
  /** milliseconds since it began */
  now: () => number
  /** never back */
  set: (ms: number) => Promise<void>
}

const BEGAN = Date.UTC(2026, 10, 22)

/**
 * The limiter asks the database for the time. Sessions that look into this schema first find a `clock_timestamp` there
 * that shows what the test sets: hours pass in seconds, and the limiter is the one of every day, unchanged.
 */
export async function makeVirtualClock(pool: pg.Pool): Promise<VirtualClock> {
  await pool.query(`
    create schema virtual;
    create table virtual.moment (at timestamptz not null);
    insert into virtual.moment values (to_timestamp(${BEGAN} / 1000.0));
    create function virtual.clock_timestamp() returns timestamptz language sql volatile
      as 'select at from virtual.moment'`)
  let now = 0
  return {
    now: () => now,
    set: async (ms) => {
      now = Math.max(now, ms)
      await pool.query('update virtual.moment set at = to_timestamp($1::float8 / 1000)', [
        BEGAN + now,
      ])
    },
  }
}

/** A connection URL whose sessions live by the virtual clock. */
export function byVirtualClock(url: string): string {
  const virtual = new URL(url)
  virtual.searchParams.set('options', '-c search_path=virtual,public,pg_catalog')
  return virtual.toString()
}
