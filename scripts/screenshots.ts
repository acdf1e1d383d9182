import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Browser, Page } from 'playwright-core'
import { atTime, businessDay, DEFAULT_ZONE } from '../domain/business-day.ts'
import { startEmbeddedPostgres } from '../prisma/embedded.ts'
import { migrate } from '../prisma/migrate.ts'
import { makeChain } from '../prisma/seed/chain.ts'
import { launchBrowser } from '../tests/support/browser.ts'
import { buildPages } from './support/build-pages.ts'
import { liveNights } from './support/live-nights.ts'
import { PROJECT, runScript } from './support/open.ts'
import { assignSomething } from './support/demo-assignments.ts'
import { demoEnvironment, freePort, loadChain, readWecom, startWorld } from './support/world.ts'

const HELP = `npm run screenshots
Takes the pictures of the README's tour (docs/images) in a world of its own.
Chinese text needs a font: on Debian, apt-get install fonts-noto-cjk.`
const FOLDER = join(PROJECT, 'docs/images')
const GUIDE = 'wangxiaoming'
/** the console's other pages, as its rail names them: headquarters see all of them */
const PLACES = {
  assignments: '派单',
  customers: '客户',
  handover: '交接',
  rules: '规则',
  words: '话术',
  tiers: '等级',
  points: '积分',
  tags: '标签',
  reports: '报表',
  settings: '设置',
}
/** one of the guide's customers in the seeded chain, of the silver tier */
const REGULAR = '胡晓燕'

await runScript(async () => {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  mkdirSync(FOLDER, { recursive: true })
  const data = mkdtempSync(join(tmpdir(), 'guide-screenshots-'))
  chmodSync(data, 0o755)
  const server = await startEmbeddedPostgres(data, { durable: false })
  const databaseUrl = await server.ensureDatabase('screenshots')
  await migrate(databaseUrl)
  await buildPages()
  const today = businessDay(new Date(), DEFAULT_ZONE)
  const chain = makeChain({ today })
  const world = await startWorld({
    databaseUrl,
    environment: demoEnvironment({ assistant: await freePort(), sandbox: await freePort() }),
    chain,
    startAt: atTime(today, '08:30', DEFAULT_ZONE),
    log: pino({ level: 'silent' }),
    prepare: async (deps) => {
      await loadChain(deps, chain, () => undefined)
      await readWecom(deps)
      await liveNights(deps, today)
      await assignSomething(deps)
    },
  })
  const browser = await launchBrowser()
  try {
    await takeTour(browser, world.sandboxUrl)
  } finally {
    await browser.close()
    await world.close()
    await server.stop()
    rmSync(data, { recursive: true, force: true })
  }
})

/** The README's five minutes, a picture a step. */
async function takeTour(browser: Browser, sandbox: string): Promise<void> {
  const guide = await open(browser, `${sandbox}/client?as=${GUIDE}`)
  await guide.getByTestId('chat-item-app').waitFor()
  await picture(guide, '1-client')

  await guide.getByTestId('clock-next-nine').click()
  const card = guide.locator('[data-testid^="message-card-"]').filter({ hasText: '去聊天' }).first()
  await card.waitFor()
  await picture(guide, '2-card')

  await card.getByText('去聊天').click()
  const desk = guide.frameLocator('[data-testid="panel-frame"]')
  const go = desk.getByRole('button', { name: '去聊天' }).first()
  await go.waitFor()
  await picture(guide, '7-desk')
  await go.click()
  const sidebar = guide.frameLocator('[data-testid="sidebar-frame"]')
  await sidebar.getByRole('button', { name: '发送' }).waitFor()
  await picture(guide, '3-sidebar')

  const chosen = await guide.locator('.chat-item.on').getAttribute('data-testid')
  await sidebar.getByRole('button', { name: '发送' }).click()
  await sidebar.getByRole('button', { name: '回复了' }).waitFor()
  await picture(guide, '4-sent')

  // somebody who has a tier to keep
  await guide.locator('.chat-item').filter({ hasText: REGULAR }).first().click()
  await sidebar.getByRole('heading', { name: REGULAR }).waitFor()
  await sidebar.getByText('怎么算的？').click()
  await sidebar.getByRole('button', { name: '等级', exact: true }).click()
  await sidebar.locator('.answer').waitFor()
  await picture(guide, '8-why')

  const as = chosen?.replace('chat-item-', '') ?? ''
  const wechat = await open(browser, `${sandbox}/wechat?as=${as}`)
  await wechat.getByTestId(`wechat-chat-${GUIDE}`).click()
  await picture(wechat, '5-wechat')

  const manager = await open(browser, `${sandbox}/client?as=xuhui.dianzhang`)
  await manager.getByTestId('rail-workbench').click()
  await manager.getByTestId('workbench-console').click()
  const console = manager.frameLocator('[data-testid="panel-frame"]')
  await console.getByRole('table').first().waitFor()
  await picture(manager, '6-console')

  const headquarters = await open(browser, `${sandbox}/client?as=shenlan`)
  await headquarters.getByTestId('rail-workbench').click()
  await headquarters.getByTestId('workbench-console').click()
  const all = headquarters.frameLocator('[data-testid="panel-frame"]')
  for (const [name, place] of Object.entries(PLACES)) {
    await all.getByRole('navigation').getByRole('link', { name: place }).click()
    await all.getByRole('heading', { level: 2, name: place, exact: true }).waitFor()
    await picture(headquarters, `6-console-${name}`)
  }
  await all.getByRole('navigation').getByRole('link', { name: '客户' }).click()
  await all.getByRole('table').getByRole('link').first().click()
  await all.getByText('等级和分类的变化').waitFor()
  await picture(headquarters, '6-console-customer')
}

async function open(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: DEFAULT_ZONE,
  })
  const page = await context.newPage()
  await page.goto(address)
  return page
}

async function picture(page: Page, name: string): Promise<void> {
  // what moves comes to rest first
  await page.waitForTimeout(1200)
  await page.screenshot({ path: join(FOLDER, `${name}.png`) })
  process.stdout.write(`docs/images/${name}.png\n`)
}
