import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { EmbeddedPostgres } from './embedded.ts'

/** the real chain's database on the embedded server, where DATABASE_URL is not set */
export const EMBEDDED_DATABASE = 'guide'
/** the demo's, on the same server: its people never mix with real ones */
export const DEMO_DATABASE = 'guide_demo'

/** beside the demo's settings once its database is its own: rows in `guide` are the real chain's from then on */
const IS_APART = 'demo-database'

/** Says that the demo of a data folder has a database of its own. To be called before its settings are written. */
export function markDemoApart(dataFolder: string): void {
  writeFileSync(join(dataFolder, IS_APART), `${DEMO_DATABASE}\n`)
}

/**
 * Gives a demo of an earlier version, which lived in the real chain's database, a database of its own, with all it
 * holds: once for a data folder, for what is in `guide` later is never the demo's. To be called before either of the two
 * is opened.
 *
 * @param dataFolder where the demo's settings are, if there is one
 * @throws Error when that demo is running
 */
export async function setDemoAside(
  server: Pick<EmbeddedPostgres, 'url'>,
  dataFolder: string,
): Promise<void> {
  if (!existsSync(join(dataFolder, 'demo.env')) || existsSync(join(dataFolder, IS_APART))) return
  await renameDemo(server)
  markDemoApart(dataFolder)
}

async function renameDemo(server: Pick<EmbeddedPostgres, 'url'>): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const found = await client.query<{ name: string }>(
      'select datname as name from pg_database where datname = any($1)',
      [[EMBEDDED_DATABASE, DEMO_DATABASE]],
    )
    const names = found.rows.map(({ name }) => name)
    if (names.includes(DEMO_DATABASE) || !names.includes(EMBEDDED_DATABASE)) return
    await client.query(`alter database ${EMBEDDED_DATABASE} rename to ${DEMO_DATABASE}`)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === '55006') {
      throw new Error('The demo is running on this database: stop it first.', { cause: error })
    }
    // moved by another process between the two statements
    if (code !== '42P04' && code !== '3D000') throw error
  } finally {
    await client.end()
  }
}
