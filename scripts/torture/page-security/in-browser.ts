import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { BrowserContext, Page } from 'playwright-core'
import {
  newPerson,
  openFromWorkbench,
  type PagesWorld,
  signInQuietly,
} from '../../support/pages-world.ts'

export interface Watched {
  pages: string[]
  violations: string[]
  /** addresses asked for that are neither the assistant's nor the sandbox's */
  strangers: string[]
  asked: number
}

const REPORT = `document.addEventListener('securitypolicyviolation', (e) =>
  window.guideViolation(location.pathname + ' ' + e.effectiveDirective + ' ' + (e.blockedURI || 'inline')))`

/** Uses every page as people do, and writes down what the browser refused and whom it asked. */
export async function usePages(
  world: PagesWorld,
  who: { guide: string; manager: string; customer: string },
): Promise<Watched> {
  const watched: Watched = { pages: [], violations: [], strangers: [], asked: 0 }
  const context = await watch(world, watched)
  try {
    const page = await context.newPage()
    await page.goto(`${world.sandboxUrl}/client?as=${who.guide}`)
    await page.getByTestId(`chat-item-${who.customer}`).click()
    const sidebar = page.frameLocator('[data-testid="sidebar-frame"]')
    await sidebar.locator('h1').waitFor()
    await visit(page, watched, 'sidebar')
    for (const [as, path] of [
      [who.guide, 'desk'],
      [who.manager, 'console'],
    ] as const) {
      await openFromWorkbench(page, world, as, path)
      await visit(page, watched, path)
    }
    for (const path of ['/docs', '/auth/callback?code=x&state=y', '/nowhere']) {
      await page.goto(`${world.assistantUrl}${path}`)
      await visit(page, watched, path)
    }
  } finally {
    await context.close()
  }
  return watched
}

async function watch(world: PagesWorld, watched: Watched): Promise<BrowserContext> {
  const context = await newPerson(world.browser)
  const own = [world.assistantUrl, world.sandboxUrl]
  context.on('request', (request) => {
    watched.asked += 1
    const url = new URL(request.url())
    if (/^https?:|^wss?:/.test(url.protocol) && !own.includes(url.origin)) {
      watched.strangers.push(url.origin)
    }
  })
  await context.exposeFunction('guideViolation', (what: string) => {
    watched.violations.push(what)
  })
  await context.addInitScript({ content: REPORT })
  return context
}

async function visit(page: Page, watched: Watched, what: string): Promise<void> {
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await page.waitForTimeout(200)
  watched.pages.push(what)
}

/** The control: an inline script and a foreign image's script put into the page by hand. @returns violations told */
export async function breakPolicyOnPurpose(world: PagesWorld, userid: string): Promise<number> {
  const watched: Watched = { pages: [], violations: [], strangers: [], asked: 0 }
  const context = await watch(world, watched)
  try {
    await signInQuietly(context, world, userid)
    const page = await context.newPage()
    await page.goto(`${world.assistantUrl}/desk`)
    await page.evaluate(`(() => {
      const script = document.createElement('script')
      script.textContent = 'window.guideCanary = 1'
      document.body.append(script)
      const foreign = document.createElement('script')
      foreign.src = 'http://127.0.0.1:9/x.js'
      document.body.append(foreign)
    })()`)
    await page.waitForTimeout(200)
    const ran = await page.evaluate<boolean>(`'guideCanary' in window`)
    return ran ? 0 : watched.violations.length
  } finally {
    await context.close()
  }
}

/** Puts each page into a frame of somebody else's. @returns those that were shown there */
export async function frameFromElsewhere(
  world: PagesWorld,
  userid: string,
  paths: readonly string[],
): Promise<string[]> {
  const stranger = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').searchParams.get('page') ?? '/'
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><iframe src="${world.assistantUrl}${path}"></iframe>`)
  }).listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  const { port } = stranger.address() as AddressInfo
  const context = await newPerson(world.browser)
  const shown: string[] = []
  try {
    await signInQuietly(context, world, userid)
    const page = await context.newPage()
    for (const path of paths) {
      await page.goto(`http://127.0.0.1:${port}/?page=${encodeURIComponent(path)}`)
      await page.waitForTimeout(200)
      const [, frame] = page.frames()
      // what is refused is replaced by the browser's own page
      if (frame?.url().startsWith(world.assistantUrl)) shown.push(path)
    }
  } finally {
    await context.close()
    stranger.close()
  }
  return shown
}
