import type { BrowserContext, Frame, Page } from 'playwright-core'
import type { Chain } from '../../../prisma/seed/chain.ts'
import { newPerson, openFromWorkbench, type PagesWorld } from '../../support/pages-world.ts'
import type { Hostile } from './corpus.ts'

/** What the pages made of hostile names. */
export interface Screens {
  pages: number
  /** pages on which a text ran or became markup */
  ran: string[]
  /** texts that a page should show and does not, letter for letter */
  changed: string[]
  violations: string[]
  /** whether markup put into a page by hand is noticed: else the two before it would say nothing */
  control: number
}

/** Gives the whole chain hostile names: people, shops, goods, coupons, tags. */
export function renameChain(chain: Chain, texts: readonly Hostile[]): void {
  const names = texts.filter(({ kind }) => kind !== 'unstorable').map(({ text }) => text)
  let next = 0
  const name = (most: number): string => {
    for (;;) {
      const one = names[(next += 1) % names.length] ?? ''
      if (one.length <= most) return one
    }
  }
  // the rows are made here, with these fields
  const rows = (list: object[]) => list as { name?: string; items?: { name: string }[] }[]
  for (const row of [...rows(chain.stores), ...rows(chain.employees), ...rows(chain.coupons)]) {
    row.name = name(100)
  }
  for (const row of rows(chain.members)) row.name = name(100)
  for (const row of rows(chain.orders)) for (const line of row.items ?? []) line.name = name(200)
  for (const customer of chain.wecom.customers) customer.name = name(100)
  for (const relation of chain.wecom.relations) relation.remark = name(20)
  for (const group of chain.wecom.tagGroups) for (const tag of group.tags) tag.name = name(30)
}

/** Looks at one customer beside the chat, at the desk and at the console, each as WeCom's window shows them. */
export async function onScreen(
  world: PagesWorld,
  who: { guide: string; manager: string; customers: readonly { external: string; name: string }[] },
): Promise<Screens> {
  const screens: Screens = { pages: 0, ran: [], changed: [], violations: [], control: 0 }
  const context = await watched(world, screens)
  try {
    const page = await context.newPage()
    await page.goto(`${world.sandboxUrl}/client?as=${who.guide}`)
    for (const { external, name } of who.customers) {
      await page.getByTestId(`chat-item-${external}`).click()
      const sidebar = page.frameLocator('[data-testid="sidebar-frame"]')
      await sidebar.locator('h1').waitFor()
      await settle(page)
      const shown = await sidebar.locator('h1').textContent()
      if (shown !== name) screens.changed.push(`${JSON.stringify(name)} → ${JSON.stringify(shown)}`)
      await look(page, 'sidebar', screens)
    }
    for (const [as, path] of [
      [who.guide, 'desk'],
      [who.manager, 'console'],
    ] as const) {
      await openFromWorkbench(page, world, as, path)
      await settle(page)
      await look(page, path, screens)
    }
    screens.control = await noticed(page)
  } finally {
    await context.close()
  }
  return screens
}

/** Takes a text as markup on purpose, on the page that is open. */
async function noticed(page: Page): Promise<number> {
  const seen: Screens = { pages: 0, ran: [], changed: [], violations: [], control: 0 }
  for (const frame of assistantFrames(page)) {
    await frame.evaluate(`document.body.insertAdjacentHTML('beforeend', '<i data-canary>x</i>')`)
  }
  await look(page, 'control', seen)
  return seen.ran.length
}

async function watched(world: PagesWorld, screens: Screens): Promise<BrowserContext> {
  const context = await newPerson(world.browser)
  await context.exposeFunction('guideViolation', (what: string) => {
    screens.violations.push(what)
  })
  await context.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (e) =>
      window.guideViolation(location.pathname + ' ' + e.effectiveDirective + ' ' + e.blockedURI))`,
  })
  return context
}

async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await page.waitForTimeout(150)
}

/** Every frame of the assistant: nothing ran, nothing of a text became an element. */
async function look(page: Page, what: string, screens: Screens): Promise<void> {
  for (const frame of assistantFrames(page)) {
    screens.pages += 1
    const found = await frame.evaluate<{ ran: boolean; made: number }>(
      `({ ran: 'guideCanary' in window, made: document.querySelectorAll('[data-canary]').length })`,
    )
    if (found.ran || found.made > 0) {
      screens.ran.push(`${what}: ${found.ran ? 'a script ran' : `${found.made} elements`}`)
    }
  }
}

function assistantFrames(page: Page): Frame[] {
  return page
    .frames()
    .filter((frame) =>
      /\/(sidebar|desk|console)\b/.test(new URL(frame.url() || 'about:blank').pathname),
    )
}
