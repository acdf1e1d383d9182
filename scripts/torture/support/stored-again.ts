import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const GIVE_UP_MS = 30_000

/**
 * How long it takes until callbacks come into the inbox, from now on.
 *
 * @returns milliseconds; 30 000 when none came
 */
export async function untilStored(databaseUrl: string): Promise<number> {
  const began = performance.now()
  const took = () => performance.now() - began
  let first: number | undefined
  while (took() < GIVE_UP_MS) {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 2_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      for (; took() < GIVE_UP_MS; await sleep(10)) {
        const { rows } = await client.query<{ last: number }>(
          'select coalesce(max(id), 0)::int as last from inbox',
        )
        const last = rows[0]?.last ?? 0
        first ??= last
        if (last > first) return took()
      }
    } catch {
      await sleep(20)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  return GIVE_UP_MS
}
