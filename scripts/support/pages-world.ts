import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startEmbeddedPostgres } from '../../prisma/embedded.ts'
import { migrate } from '../../prisma/migrate.ts'
import { makeChain, type Chain } from '../../prisma/seed/chain.ts'
import { launchBrowser } from '../../tests/support/browser.ts'
import { buildPages } from './build-pages.ts'
import { demoEnvironment, freePort, loadChain, readWecom, startWorld, type World } from './world.ts'

/** The morning it starts on: a Sunday, 08:30 in Shanghai. */
const MORNING = '2026-11-22T08:30:00+08:00'

/** The demo's world with a small chain, on a throw-away database, and a browser beside it. */
export interface PagesWorld extends World {
  chain: Chain
  environment: Record<string, string>
  databaseUrl: string
  browser: Browser
}

/**
 * Starts sandbox, assistant, a chain of `customers` people and a browser. `close` removes everything.
 *
 * @param options.sidebarDir folder of pages that are built already; default dist/sidebar, built when stale
 * @param options.change changes the chain before it is loaded, for instance names
 */
export async function startPagesWorld(
  options: {
    customers?: number
    sidebarDir?: string
    log?: Logger
    change?: (chain: Chain) => void
  } = {},
): Promise<PagesWorld> {
  const data = mkdtempSync(join(tmpdir(), 'guide-pages-'))
  chmodSync(data, 0o755)
  if (options.sidebarDir === undefined) await buildPages()
  const server = await startEmbeddedPostgres(data, { durable: false })
  const databaseUrl = await server.ensureDatabase('guide')
  await migrate(databaseUrl)
  const chain = makeChain({ today: MORNING.slice(0, 10), customers: options.customers ?? 60 })
  options.change?.(chain)
  const environment = demoEnvironment({ assistant: await freePort(), sandbox: await freePort() })
  const world = await startWorld({
    databaseUrl,
    environment,
    chain,
    startAt: new Date(MORNING),
    log: options.log ?? pino({ level: 'silent' }),
    ...(options.sidebarDir === undefined ? {} : { sidebarDir: options.sidebarDir }),
    prepare: async (deps) => {
      await loadChain(deps, chain, () => undefined)
      await readWecom(deps)
    },
  })
  const browser = await launchBrowser()
  return {
    ...world,
    chain,
    environment,
    databaseUrl,
    browser,
    close: async () => {
      await browser.close()
      await world.close()
      await server.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** A browser of its own, as a phone in Shanghai has it: nothing cached, nobody signed in. */
export function newPerson(
  browser: Browser,
  options: { userAgent?: string; width?: number; height?: number } = {},
): Promise<BrowserContext> {
  const { userAgent, width = 1440, height = 900 } = options
  return browser.newContext({
    viewport: { width, height },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    ...(userAgent === undefined ? {} : { userAgent }),
  })
}

/** Signs an employee in without showing a page: the context has the session's cookie, its cache stays empty. */
export async function signInQuietly(
  context: BrowserContext,
  world: World,
  userid: string,
): Promise<void> {
  const begun = await context.request.get(`${world.assistantUrl}/auth/login?to=%2Fpages.css`, {
    maxRedirects: 0,
  })
  // what the client's window says by its frame: who sits before it
  const asked = new URL(begun.headers()['location'] ?? '')
  asked.searchParams.set('as', userid)
  const answer = await context.request.get(asked.href)
  if (!answer.ok() || !answer.url().startsWith(world.assistantUrl)) {
    throw new Error(`${userid} could not sign in: ${answer.status()}`)
  }
}

/** Opens one of the app's pages as a member does: from the workbench of the client's window. */
export async function openFromWorkbench(
  page: Page,
  world: World,
  as: string,
  path: 'desk' | 'console',
): Promise<void> {
  await page.goto(`${world.sandboxUrl}/client?as=${as}`)
  await page.getByTestId('rail-workbench').click()
  await page.getByTestId(`workbench-${path}`).click()
  await page.frameLocator('[data-testid="panel-frame"]').locator('main').first().waitFor()
}
