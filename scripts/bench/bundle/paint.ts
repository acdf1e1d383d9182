import type { Page } from 'playwright-core'
import { newPerson, signInQuietly, type PagesWorld } from '../../support/pages-world.ts'

/** A slow phone on a slow line: what the LCP is measured with. */
const SLOW = { cpu: 4, bitsPerSecond: 1_600_000, roundTripMs: 150 }

/** WeCom's client as the SDK knows it. */
const WECOM =
  'Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36 wxwork/4.1.30 MicroMessenger/7.0.1 Language/zh'

export interface Paint {
  /** milliseconds from the start of the navigation to the largest contentful paint */
  lcp: number
  /** milliseconds to the frame that shows the customer's name */
  profile: number
  /** what the largest paint was: its tag and the beginning of its text */
  largest: string
}

/**
 * Loads the sidebar of one customer's chat with a cold cache, a slowed processor and a slowed line. The page is the
 * window, as in WeCom's own webview; the sandbox answers what it asks of the client, as it does in the demo.
 */
export async function measurePaint(
  world: PagesWorld,
  who: { guide: string; customer: string },
): Promise<Paint> {
  const context = await newPerson(world.browser, { userAgent: WECOM, width: 375, height: 667 })
  try {
    await signInQuietly(context, world, who.guide)
    const page = await context.newPage()
    await bringBridge(page, world, who)
    await page.addInitScript({ content: WATCH_PAINTS })
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.enable')
    await cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: SLOW.roundTripMs,
      downloadThroughput: SLOW.bitsPerSecond / 8,
      uploadThroughput: SLOW.bitsPerSecond / 8,
    })
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOW.cpu })
    await page.goto(`${world.assistantUrl}/sidebar`, { waitUntil: 'commit' })
    await page.locator('h1').waitFor()
    // what may still become the largest: history and tags come after the profile
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(300)
    return await page.evaluate<Paint>('window.guidePaints')
  } finally {
    await context.close()
  }
}

/** Runs in the page, before anything of it; plain text, since what the compiler adds is not there. */
const WATCH_PAINTS = `(() => {
  const paints = { lcp: null, profile: null, largest: '' }
  window.guidePaints = paints
  new PerformanceObserver((list) => {
    for (const { startTime, element } of list.getEntries()) {
      paints.lcp = startTime
      paints.largest = element ? element.tagName + ' ' + element.textContent.trim().slice(0, 40) : ''
    }
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  const seen = new MutationObserver(() => {
    if (document.querySelector('h1') === null) return
    seen.disconnect()
    requestAnimationFrame(() => setTimeout(() => { paints.profile = performance.now() }))
  })
  seen.observe(document, { childList: true, subtree: true })
})()`

/** The client's side of the SDK's bridge. */
const BRIDGE = `(() => {
  window.WeixinJSBridge = {
    invoke(name, params, callback) {
      const copy = JSON.parse(JSON.stringify(params || {}))
      window.guideInvoke(name, copy, location.href).then(callback)
    },
    on() {},
  }
  document.addEventListener('DOMContentLoaded', () =>
    document.dispatchEvent(new Event('WeixinJSBridgeReady')))
})()`

/** Gives the page the client's bridge; the sandbox judges signatures and entry as for the demo's window. */
async function bringBridge(
  page: Page,
  world: PagesWorld,
  who: { guide: string; customer: string },
): Promise<void> {
  await page.exposeFunction('guideInvoke', async (name: string, params: unknown, url: string) => {
    const answer = await fetch(new URL('/sandbox/ui/bridge', world.sandboxUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        as: who.guide,
        with: who.customer,
        entry: 'single_chat_tools',
        pageUrl: url,
        name,
        params,
      }),
    })
    return (await answer.json()) as object
  })
  await page.addInitScript({ content: BRIDGE })
}
