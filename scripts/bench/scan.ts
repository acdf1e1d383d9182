import { runScan } from '../../bot/tasks/scan.ts'
import { median } from '../support/figures.ts'
import { nightDeps } from '../support/night-deps.ts'
import type { Bench, BenchContext, BenchResult } from './bench.ts'
import { CHAIN_DATA_KEY, CHAIN_DAY, openChain } from './chain.ts'
import { measureRounds, seconds } from './rounds.ts'
import { markRows, rowsSince, undoNight } from './scan/night.ts'
import { MEASURED_KINDS, openRawScan } from './scan/raw-scan.ts'
import { residentGrowth } from './scan/resident-growth.ts'

const SCAN = { day: CHAIN_DAY, kinds: MEASURED_KINDS }

/** The morning's scan beside the rules' own SQL, on a chain's first scanned day. */
export const scanBench: Bench = {
  name: 'scan',
  about: 'the three rules over all members beside their own raw INSERT…SELECT, and once more',
  run: measureScan,
}

async function measureScan(context: BenchContext): Promise<BenchResult> {
  const big = await openChain(context)
  const small = await openChain(context, { members: big.members / 10 })
  const raw = await openRawScan(big.db)
  const night = { day: CHAIN_DAY, dataKey: CHAIN_DATA_KEY }
  const deps = nightDeps(big.db, night)
  const smallDeps = nightDeps(small.db, night)
  const growth: number[] = []
  const written: number[] = []
  const counts = { raw: 0, due: 0, created: 0, heldBack: 0, rows: 0 }

  try {
    const rounds = await measureRounds(context, {
      raw: async () => {
        await undoNight(big.db)
        return seconds(async () => void (counts.raw = await raw.insert()))
      },
      scan: async () => {
        await undoNight(big.db)
        const mark = await markRows(big.db)
        const took = await seconds(async () => {
          const { result, megabytes } = await residentGrowth(() => runScan(deps, SCAN))
          growth.push(megabytes)
          counts.created = result.counts.created
          counts.heldBack = result.counts.heldBack
        })
        counts.rows = await rowsSince(big.db, mark)
        return took
      },
      again: async () => {
        const mark = await markRows(big.db)
        const took = await seconds(async () => void (await runScan(deps, SCAN)))
        written.push(await rowsSince(big.db, mark))
        return took
      },
      select: () => seconds(async () => void (counts.due = await raw.select())),
      small: async () => {
        await undoNight(small.db)
        return seconds(async () => void (await runScan(smallDeps, SCAN)))
      },
    })
    const { created, heldBack, rows, due } = counts
    const members = big.members.toLocaleString('en-US')
    return {
      figures: [
        {
          name: `scan ÷ raw INSERT…SELECT, ${members} members`,
          value: rounds.ratio('scan', 'raw'),
          unit: '×',
          goal: { atMost: 1.3 },
          note: `${created} tasks, ${heldBack} held back, ${rows} rows in all with events, messages and notes; raw: ${counts.raw} rows into task, each with its assignee`,
        },
        {
          name: 'scan of the same day again ÷ bare SELECT of the due rows',
          value: rounds.ratio('again', 'select'),
          unit: '×',
          goal: { atMost: 3 },
          note: `${due} due rows`,
        },
        {
          name: 'rows written by the scan of the same day again',
          value: Math.max(...written),
          unit: 'rows',
          goal: { atMost: 0 },
        },
        {
          name: `scan of ${members} ÷ scan of a tenth of them`,
          value: rounds.ratio('scan', 'small'),
          unit: '×',
          goal: { atMost: 11 },
        },
        {
          name: 'memory the Node process takes for a scan',
          value: median(growth.slice(1)),
          unit: 'MB',
          goal: { atMost: 50 },
          note: 'most of its resident set during the scan, less that before it',
        },
        { name: 'scan', value: rounds.median('scan'), unit: 's' },
        { name: 'raw INSERT…SELECT', value: rounds.median('raw'), unit: 's' },
        { name: 'scan again', value: rounds.median('again'), unit: 's' },
        { name: 'bare SELECT', value: rounds.median('select'), unit: 's' },
      ],
      raw: { seconds: rounds.raw, megabytes: growth, counts },
    }
  } finally {
    raw.close()
    await undoNight(big.db)
    await undoNight(small.db)
    await big.close()
    await small.close()
  }
}
