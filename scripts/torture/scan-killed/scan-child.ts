import { once } from 'node:events'
import { runScan } from '../../../bot/tasks/scan.ts'
import { openDatabase } from '../../../prisma/db.ts'
import { CHAIN_DAY } from '../../bench/chain/rows.ts'
import { depsOf } from './small-chain.ts'

// Says how many milliseconds a scan takes, waits for a line, scans, ends.
const db = openDatabase(process.env['DATABASE_URL'] ?? '')
const deps = depsOf(db, CHAIN_DAY)
await runScan(deps, { day: CHAIN_DAY, dryRun: true })
const started = performance.now()
await runScan(deps, { day: CHAIN_DAY, dryRun: true })
process.stdout.write(`${performance.now() - started}\n`)
await once(process.stdin, 'data')
await runScan(deps, { day: CHAIN_DAY })
await db.close()
process.exit(0)
