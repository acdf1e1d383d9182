import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { BotDeps } from '../../../bot/deps.ts'
import { importStream, type StreamRow } from '../../../bot/members/import/import-stream.ts'
import type { Figure } from '../../support/figures.ts'
import { PROJECT } from '../../support/open.ts'
import { copyDatabase } from '../copies.ts'
import { orderAt } from './order-stream.ts'

const MEGABYTE = 1024 * 1024
/** Growth that is noise: the heap's own ups and downs between two collections. */
const FLAT_MB = 50

/** What the importing process tells each time it has kept another tenth of the orders. */
export interface Told {
  /** the most memory it held meanwhile, bytes */
  resident: number
  accepted: number
  seconds: number
}

/**
 * Streams orders through the import, made as they are read, in a process that does nothing else, and compares the most
 * memory it held over the last tenth of them with the most over the second, when everything is loaded and warm.
 */
export async function memoryOfStream(
  chain: { url: string; members: number },
  { orders, say }: { orders: number; say: (text: string) => void },
): Promise<{ figures: Figure[]; megabytes: number[] }> {
  const copy = await copyDatabase(chain.url, 'bench_import_kept')
  try {
    return figuresOf(await tenthsOf(copy.db.url, chain.members, orders, say), orders)
  } finally {
    await copy.drop()
  }
}

async function tenthsOf(
  url: string,
  members: number,
  orders: number,
  say: (text: string) => void,
): Promise<Told[]> {
  const child = fork(
    join(PROJECT, 'scripts/bench/import/memory-child.ts'),
    [url, String(orders), String(members)],
    { execArgv: ['--import', 'tsx'], cwd: PROJECT },
  )
  const tenths: Told[] = []
  child.on('message', (message) => {
    // sent by memory-child.ts
    const told = message as Told
    tenths.push(told)
    const rate = Math.round(told.accepted / told.seconds)
    say(`${told.accepted} of ${orders} orders streamed, ${rate} a second`)
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the importing process ended with ${code ?? 'a signal'}`)
  return tenths
}

function figuresOf(tenths: Told[], orders: number): { figures: Figure[]; megabytes: number[] } {
  const last = tenths[9]
  if (last?.accepted !== orders) throw new Error(`${last?.accepted ?? 0} orders were accepted`)
  const megabytes = tenths.map(({ resident }) => Math.round(resident / MEGABYTE))
  return {
    figures: [
      {
        name: `memory grown from 10 % to 100 % of ${orders.toLocaleString('en-US')} streamed orders`,
        value: (last.resident - (tenths[1]?.resident ?? Number.NaN)) / MEGABYTE,
        unit: 'MB',
        goal: { atMost: FLAT_MB },
        note: `most resident over the last tenth (${megabytes[9] ?? 0} MB) beside the second`,
      },
      { name: 'orders streamed, aggregates kept', value: orders / last.seconds, unit: '/s' },
    ],
    megabytes,
  }
}

/** The importing process: streams the orders and tells of each tenth. */
export async function streamOrders(
  deps: BotDeps,
  { orders, members, tell }: { orders: number; members: number; tell: (told: Told) => void },
): Promise<void> {
  const started = performance.now()
  let resident = 0
  let tenth = 1
  await importStream(deps, 'orders', streamOf(orders, members), {
    onBatch: ({ line, totals }) => {
      resident = Math.max(resident, process.memoryUsage.rss())
      if (line * 10 < orders * tenth) return
      const seconds = (performance.now() - started) / 1000
      tell({ resident, accepted: totals.accepted, seconds })
      resident = 0
      tenth += 1
    },
  })
}

async function* streamOf(orders: number, members: number): AsyncGenerator<StreamRow> {
  for (let n = 0; n < orders; n++) {
    yield { line: n + 1, item: orderAt(n, orders, members, false) }
  }
}
