import { importItems } from '../../bot/members/import/import-items.ts'
import { fitModel } from '../../bot/members/fit-model.ts'
import { runNight, type NightParts } from '../../bot/night.ts'
import { addDays, type BusinessDay } from '../../domain/business-day.ts'
import type { Database } from '../../prisma/db.ts'
import { median, percentile } from '../support/figures.ts'
import { nightDeps } from '../support/night-deps.ts'
import type { Bench, BenchContext, BenchResult } from './bench.ts'
import { aDaysOrders } from './brain/days-orders.ts'
import { CHAIN_DATA_KEY, CHAIN_DAY, openChain, type ChainDatabase } from './chain.ts'
import { copyDatabase, type Copy } from './copies.ts'
import { measureRounds, seconds } from './rounds.ts'
import { residentGrowth } from './scan/resident-growth.ts'

/** orders imported one by one, to see what one costs */
const SINGLE_ORDERS = 200
/** its sums are asked for: what nobody asks for PostgreSQL leaves out, and reads an index instead of the orders */
const GROUP_BY = `select count(*), sum(orders), max(last), sum(spend) from (
  select customer_id, max(paid_at) as last, count(*) as orders, sum(amount_fen - refunded_fen) as spend
  from orders group by customer_id) g`

/** The night: windows, scan, tiers and classes of every member, beside one GROUP BY over the orders. */
export const brainBench: Bench = {
  name: 'brain',
  about: 'the whole night beside one GROUP BY over the orders, the fit, and what one order costs',
  run: measureBrain,
}

interface Nights {
  chain: ChainDatabase
  copy: Copy
  members: number
  day: BusinessDay
}

async function measureBrain(context: BenchContext): Promise<BenchResult> {
  // both are there before the first is left: a server that nobody is connected to is stopped
  const bigChain = await openChain(context)
  const smallChain = await openChain(context, { members: bigChain.members / 10 })
  const big = await copyOf(bigChain, 'bench_brain')
  const small = await copyOf(smallChain, 'bench_brain_small')
  const parts: NightParts[] = []
  const growth: number[] = []
  try {
    context.say('the first night')
    const first = await night(big)
    await night(small)
    const rounds = await measureRounds(context, {
      groupBy: () => seconds(() => big.copy.db.pool.query(GROUP_BY)),
      night: async () => {
        await nextDay(big)
        const { result, megabytes } = await residentGrowth(() => night(big))
        parts.push(result)
        growth.push(megabytes)
        return inSeconds(result)
      },
      small: async () => {
        await nextDay(small)
        return inSeconds(await night(small))
      },
    })
    const fit = await seconds(() =>
      big.copy.db.prisma.$transaction((tx) => fitModel(tx, big.day), { timeout: 600_000 }),
    )
    const single = await singleOrders(big)
    const members = big.members.toLocaleString('en-US')
    const part = (name: keyof NightParts) => median(parts.slice(1).map((one) => one[name])) / 1000
    return {
      figures: [
        {
          name: `the whole night ÷ one GROUP BY over the orders, ${members} members`,
          value: rounds.ratio('night', 'groupBy'),
          unit: '×',
          goal: { atMost: 1 },
          note: `windows ${part('windows').toFixed(1)}, scan ${part('scan').toFixed(1)}, tiers ${part('tiers').toFixed(1)}, classes ${part('classes').toFixed(1)}, tags ${part('tags').toFixed(1)}, points ${part('points').toFixed(1)} s`,
        },
        {
          name: `night of ${members} ÷ night of a tenth of them`,
          value: rounds.ratio('night', 'small'),
          unit: '×',
          goal: { atMost: 11 },
        },
        {
          name: 'memory the Node process takes for a night',
          value: median(growth.slice(1)),
          unit: 'MB',
          goal: { atMost: 50 },
          note: 'most of its resident set during the night, less that before it',
        },
        { name: 'BG/NBD fitted', value: fit, unit: 's', goal: { atMost: 10 } },
        {
          name: 'one order: figures, tasks and tags of its customer, median',
          value: median(single),
          unit: 'ms',
          goal: { atMost: 5 },
          note: `from the call to its commit, this process included; p95 ${percentile(single, 95).toFixed(1)} ms`,
        },
        { name: 'a night', value: rounds.median('night'), unit: 's' },
        { name: 'one GROUP BY', value: rounds.median('groupBy'), unit: 's' },
        {
          name: 'the first night, on which everybody is new',
          value: inSeconds(first),
          unit: 's',
          note: 'once',
        },
      ],
      raw: { seconds: rounds.raw, parts, megabytes: growth, single },
    }
  } finally {
    await big.copy.drop()
    await small.copy.drop()
    await big.chain.close()
    await small.chain.close()
  }
}

async function copyOf(chain: ChainDatabase, name: string): Promise<Nights> {
  await chain.disconnect()
  const copy = await copyDatabase(chain.url, name)
  return { chain, copy, members: chain.members, day: CHAIN_DAY }
}

const depsOf = (db: Database, day: BusinessDay) => nightDeps(db, { day, dataKey: CHAIN_DATA_KEY })

function night({ copy, day }: Nights): Promise<NightParts> {
  return runNight(depsOf(copy.db, day), day)
}

/** A day passes, and brings its orders. */
async function nextDay(chain: Nights): Promise<void> {
  const deps = depsOf(chain.copy.db, chain.day)
  for (const items of aDaysOrders(chain.members, chain.day)) {
    const { rejected } = await importItems(deps, 'orders', items)
    if (rejected.length > 0) throw new Error(`an order was refused: ${rejected[0]?.message ?? ''}`)
  }
  chain.day = addDays(chain.day, 1)
}

async function singleOrders(chain: Nights): Promise<number[]> {
  const deps = depsOf(chain.copy.db, chain.day)
  const took: number[] = []
  const orders = aDaysOrders(chain.members, chain.day).flat().slice(0, SINGLE_ORDERS)
  for (const order of orders) {
    took.push(1000 * (await seconds(() => importItems(deps, 'orders', [order]))))
  }
  return took.slice(SINGLE_ORDERS / 10)
}

function inSeconds(parts: NightParts): number {
  return Object.values(parts).reduce((sum, ms) => sum + ms, 0) / 1000
}
