import { forEachPage } from '../../../bot/members/customer-pages.ts'
import { settleBought } from '../../../bot/members/settle-bought.ts'
import { runNight } from '../../../bot/night.ts'
import type { BenchContext } from '../bench.ts'
import { CHAIN_DATA_KEY, CHAIN_DAY, openChain, type ChainDatabase } from '../chain.ts'
import { copyDatabase } from '../copies.ts'
import { openBenchDatabase } from '../database.ts'
import { nightDeps } from '../../support/night-deps.ts'
import { historyRows } from './history-rows.ts'

/** of the rows that are added here: a database that an older one made is made anew */
const VERSION = 2

/**
 * Opens a copy of the chain as a console sees it: with tiers and classes of a night, and a year of tasks, touches and
 * moves. The first run makes it, later ones find it; the bench only reads.
 */
export async function openConsoleChain(context: BenchContext): Promise<ChainDatabase> {
  const chain = await openChain(context)
  const { members } = chain
  const name = context.size === 'full' ? 'bench_console' : 'bench_console_quick'
  const mark = `console ${VERSION} of ${members} members`
  const found = await openBenchDatabase(name)
  const { rows } = await found.db.pool.query<{ mark: string | null }>(
    `select obj_description('task'::regclass) as mark`,
  )
  // what holds the server that both are on: it stops with the first that is closed
  const closeAll = async () => {
    await found.close()
    await chain.close()
  }
  if (rows[0]?.mark === mark) return { ...found, members, close: closeAll }

  await found.disconnect()
  await chain.disconnect()
  context.say('a copy of the chain')
  const { db } = await copyDatabase(chain.url, name)
  context.say('its night')
  await runNight(nightDeps(db, { day: CHAIN_DAY, dataKey: CHAIN_DATA_KEY }), CHAIN_DAY)
  for (const { what, sql } of historyRows()) {
    context.say(what)
    await db.pool.query(sql)
  }
  context.say('what was bought after messages')
  await forEachPage(db, { size: 5_000, progress: () => undefined }, (ids) =>
    db.prisma.$transaction((tx) => settleBought(tx, ids), { timeout: 120_000 }),
  )
  context.say('vacuum')
  await db.pool.query('vacuum (analyze)')
  await db.pool.query(`comment on table task is '${mark}'`)
  return {
    ...found,
    db,
    members,
    close: async () => {
      await db.close()
      await closeAll()
    },
  }
}
