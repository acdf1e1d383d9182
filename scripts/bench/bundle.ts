import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { buildPagesInto } from '../support/build-pages.ts'
import { median, type Figure } from '../support/figures.ts'
import { startPagesWorld, type PagesWorld } from '../support/pages-world.ts'
import type { Bench, BenchContext, BenchResult } from './bench.ts'
import { filesOfPage, gzipWeight, vueAloneWeight } from './bundle/build-weight.ts'
import { firstLoad, type FirstLoad } from './bundle/first-load.ts'
import { measurePaint, type Paint } from './bundle/paint.ts'

/** What the sidebar weighs and how soon it shows a customer, in a real browser against the real server. */
export const bundleBench: Bench = {
  name: 'bundle',
  about: "the chat sidebar's weight, its origins, and its first useful paint on a slow phone",
  run,
}

const NINE = '2026-11-22T09:00:00+08:00'

async function run(context: BenchContext): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'guide-bundle-'))
  const pages = join(folder, 'sidebar')
  try {
    context.say('building the pages')
    await buildPagesInto(pages)
    const world = await startPagesWorld({ sidebarDir: pages })
    try {
      const who = await someoneWithATask(world)
      const load = await firstLoad(world, who)
      const weight = await weighFigures(world, pages, load)
      const paints = await measurePaints(context, world, who)
      return {
        figures: [...weight, ...paintFigures(paints)],
        raw: { files: load.files, paints },
      }
    } finally {
      await world.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The customer and the guide of one of the morning's tasks: a page with something on it. */
async function someoneWithATask(world: PagesWorld): Promise<{ guide: string; customer: string }> {
  world.sandbox.clock.set(new Date(NINE))
  await world.tick()
  for (let tries = 0; tries < 300; tries += 1) {
    const task = await world.deps.db.prisma.task.findFirst({
      where: { state: 'open', customer: { externalUserid: { not: null } } },
      select: {
        assignee: { select: { userid: true } },
        customer: { select: { externalUserid: true } },
      },
      orderBy: { id: 'asc' },
    })
    if (task?.customer.externalUserid) {
      return { guide: task.assignee.userid, customer: task.customer.externalUserid }
    }
    await sleep(100)
  }
  throw new Error('the morning brought no task')
}

async function weighFigures(
  world: PagesWorld,
  pages: string,
  { files, asked }: FirstLoad,
): Promise<Figure[]> {
  const own = [world.assistantUrl, world.sandboxUrl]
  const strangers = asked.filter((url) => !own.includes(new URL(url).origin))
  const loaded = files.map(({ url }) => new URL(url).pathname.slice(1))
  const office = [...filesOfPage(pages, 'desk.html'), ...filesOfPage(pages, 'console.html')]
  const gzip = await sum(files.map(({ url }) => bytesOnTheWire(url, 'gzip')))
  const built = gzipWeight(pages, filesOfPage(pages, 'sidebar.html'))
  const taken = files.reduce((total, { bytes }) => total + bytes, 0)
  return [
    {
      name: 'chat sidebar, scripts and styles to the first useful paint, gzip as the server sends it',
      value: gzip / 1000,
      unit: 'KB',
      goal: { atMost: 72 },
      note: `${files.length} files; KB = 1000 B`,
    },
    {
      name: 'the same as the browser took it',
      value: taken / 1000,
      unit: 'KB',
      note: [...new Set(files.map(({ encoding }) => encoding))].join(', '),
    },
    {
      name: "loaded ÷ the sum of the page's files in the build",
      value: gzip / built,
      unit: '×',
      goal: { atMost: 1.01 },
      note: `${(built / 1000).toFixed(1)} KB with gzip -9`,
    },
    {
      name: 'requests to a third-party origin',
      value: strangers.length,
      unit: '',
      goal: { atMost: 0 },
      note: strangers[0] ?? `of ${asked.length}`,
    },
    {
      name: "files of desk or console that the chat page loads, or of its own that it doesn't",
      value:
        loaded.filter((path) => office.includes(path)).length +
        filesOfPage(pages, 'sidebar.html').filter((path) => !loaded.includes(path)).length,
      unit: '',
      goal: { atMost: 0 },
      note: `desk and console have ${office.length} files of their own`,
    },
    {
      name: 'files that came unpacked, or may not be kept for ever',
      value: files.filter(
        ({ encoding, cacheControl }) => encoding === 'none' || !cacheControl.includes('immutable'),
      ).length,
      unit: '',
      goal: { atMost: 0 },
    },
    {
      name: 'weight ÷ Vue alone',
      value: gzip / (await vueAloneWeight()),
      unit: '×',
      note: 'Vue and one paragraph, built the same way',
    },
  ]
}

async function measurePaints(
  { size, rounds, say }: BenchContext,
  world: PagesWorld,
  who: { guide: string; customer: string },
): Promise<Paint[]> {
  const paints: Paint[] = []
  const loads = size === 'full' ? Math.max(5, rounds) : 2
  for (let load = 1; load <= loads; load += 1) {
    const paint = await measurePaint(world, who)
    say(`load ${load} of ${loads}: ${Math.round(paint.lcp)} ms (${paint.largest})`)
    paints.push(paint)
  }
  return paints
}

function paintFigures(paints: readonly Paint[]): Figure[] {
  return [
    {
      name: 'largest contentful paint of a customer’s profile, cold cache',
      value: median(paints.map(({ lcp }) => lcp)) / 1000,
      unit: 's',
      goal: { atMost: 2.5 },
      note: `median of ${paints.length} loads; processor ÷ 4, 1.6 Mbit/s, 150 ms`,
    },
    {
      name: "the customer's name on screen",
      value: median(paints.map(({ profile }) => profile)) / 1000,
      unit: 's',
      goal: { atMost: 2.5 },
    },
    {
      name: 'slowest of the loads',
      value: Math.max(...paints.map(({ lcp }) => lcp)) / 1000,
      unit: 's',
    },
  ]
}

async function bytesOnTheWire(url: string, encoding: string): Promise<number> {
  const answer = await request(url, { headers: { 'accept-encoding': encoding } })
  return (await answer.body.arrayBuffer()).byteLength
}

async function sum(values: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(values)).reduce((total, value) => total + value, 0)
}
