import type { Request } from 'playwright-core'
import { newPerson, type PagesWorld } from '../../support/pages-world.ts'

/** One file of a page as the browser received it. */
export interface Received {
  url: string
  kind: string
  /** bytes of the body on the wire */
  bytes: number
  encoding: string
  cacheControl: string
}

export interface FirstLoad {
  /** scripts and styles of the page itself */
  files: Received[]
  /** every address asked for, the surrounding client's included */
  asked: string[]
}

/**
 * Opens a guide's WeCom window in the sandbox, then a customer's chat beside which the assistant's sidebar loads, and
 * notes every request until the customer's profile can be read.
 */
export async function firstLoad(
  world: PagesWorld,
  who: { guide: string; customer: string },
): Promise<FirstLoad> {
  const context = await newPerson(world.browser)
  const finished: Promise<Received | undefined>[] = []
  const asked: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  context.on('requestfinished', (request) => {
    finished.push(receivedOf(request, world.assistantUrl))
  })
  try {
    const page = await context.newPage()
    await page.goto(`${world.sandboxUrl}/client?as=${who.guide}`)
    await page.getByTestId(`chat-item-${who.customer}`).click()
    await page.frameLocator('[data-testid="sidebar-frame"]').locator('h1').waitFor()
    const files = (await Promise.all(finished)).filter((file) => file !== undefined)
    return { files, asked }
  } finally {
    await context.close()
  }
}

async function receivedOf(request: Request, origin: string): Promise<Received | undefined> {
  const kind = request.resourceType()
  const url = request.url()
  if (new URL(url).origin !== origin || !/\.(js|css)$/.test(new URL(url).pathname)) return undefined
  const response = await request.response()
  const headers = (await response?.allHeaders()) ?? {}
  const { responseBodySize } = await request.sizes()
  return {
    url,
    kind,
    bytes: responseBodySize,
    encoding: headers['content-encoding'] ?? 'none',
    cacheControl: headers['cache-control'] ?? '',
  }
}
