import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { rebuildLots } from '../bot/members/settle-lots.ts'
import { rebuildStats } from '../bot/members/stats.ts'
import { businessDay } from '../domain/business-day.ts'
import { openForScript, runScript } from './support/open.ts'

const HELP = `npx tsx scripts/rebuild-stats.ts

Counts every customer's statistics (spend, purchase days, rhythm) anew from the orders, and settles their points into
lots anew from the ledger. Both are kept with each row that comes; this is for after a restore or a change by hand.
Safe at any time, and to run twice.`

await runScript(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } })
  if (values.help) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const { db, config, clock, close } = await openForScript({ need: 'database' })
  const bar = new SingleBar({ format: 'customers {bar} {value} of {total}', hideCursor: true })
  try {
    if (process.stderr.isTTY) bar.start(await db.prisma.customer.count(), 0)
    const done = await rebuildStats(db, businessDay(clock.now(), config.zone), (count, total) => {
      bar.setTotal(total)
      bar.update(count)
    })
    bar.update(0)
    await rebuildLots(db, config.zone, (count) => bar.update(count))
    bar.stop()
    process.stdout.write(`Counted ${done} customers.\n`)
  } finally {
    bar.stop()
    await close()
  }
})
