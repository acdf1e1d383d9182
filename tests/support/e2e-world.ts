import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core'
import { pino } from 'pino'
import { makeChain, type Chain } from '../../prisma/seed/chain.ts'
import { buildPages } from '../../scripts/support/build-pages.ts'
import {
  demoEnvironment,
  freePort,
  loadChain,
  readWecom,
  startWorld,
  type World,
} from '../../scripts/support/world.ts'
import { launchBrowser } from './browser.ts'
import { createTestDatabase } from './database.ts'

/** The morning every journey starts on: a Sunday, 08:30 in Shanghai. */
const MORNING = '2026-11-22T08:30:00+08:00'

/** Everything running, on a database and ports of its own, with a browser beside it. */
export interface Journey {
  world: World
  chain: Chain
  browser: Browser
  /** a window of its own for one person */
  open: (path: string) => Promise<Page>
  close: () => Promise<void>
}

/** Starts a small chain and everything around it; the sandbox's clock stands at 08:30. */
export async function startJourney(options: { customers?: number } = {}): Promise<Journey> {
  await buildPages()
  const database = await createTestDatabase()
  const chain = makeChain({ today: MORNING.slice(0, 10), customers: options.customers ?? 120 })
  const world = await startWorld({
    databaseUrl: database.url,
    environment: demoEnvironment({ assistant: await freePort(), sandbox: await freePort() }),
    chain,
    startAt: new Date(MORNING),
    log: pino({ level: 'silent' }),
    callbacks: { timeoutMs: 2000, retryMs: [100, 200, 400] },
    prepare: async (deps) => {
      await loadChain(deps, chain, () => undefined)
      await readWecom(deps)
    },
  })
  const browser = await launchBrowser()
  const contexts: BrowserContext[] = []
  return {
    world,
    chain,
    browser,
    open: async (path) => {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        locale: 'zh-CN',
        timezoneId: 'Asia/Shanghai',
      })
      contexts.push(context)
      const page = await context.newPage()
      await page.goto(`${world.sandboxUrl}${path}`)
      return page
    },
    close: async () => {
      for (const context of contexts) await context.close()
      await browser.close()
      await world.close()
      await database.drop()
    },
  }
}

/** The assistant's sidebar inside the guide's window. */
export function sidebarOf(page: Page): FrameLocator {
  return page.frameLocator('[data-testid="sidebar-frame"]')
}

/** Repeats a question until it is answered with something, or fails after `seconds`. */
export async function until<T>(
  ask: () => Promise<T | undefined | null | false>,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`nothing after ${seconds} s: ${ask.toString()}`)
    await new Promise((done) => setTimeout(done, 200))
  }
}
