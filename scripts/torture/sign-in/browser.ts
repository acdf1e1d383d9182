import { Agent, request } from 'undici'

/** An answer as a browser gets it, redirects not followed. */
export interface Answer {
  status: number
  location: string | undefined
  body: string
  /** every Set-Cookie of the session, as sent */
  setCookies: string[]
}

/** One browser: it keeps its session cookie and sends it. */
export interface Browser {
  cookie: string | undefined
  get: (url: string, headers?: Record<string, string>) => Promise<Answer>
  post: (url: string) => Promise<Answer>
}

const agent = new Agent({ connections: 32 })

/** A fresh browser; `cookie` makes it a copy of another. */
export function openBrowser(cookie?: string): Browser {
  const browser: Browser = {
    cookie,
    get: (url, headers) => ask('GET', url, headers),
    post: (url) => ask('POST', url),
  }
  async function ask(
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await request(url, {
      method,
      dispatcher: agent,
      headers: { ...(browser.cookie === undefined ? {} : { cookie: browser.cookie }), ...headers },
    })
    const setCookies = [answer.headers['set-cookie'] ?? []]
      .flat()
      .filter((text) => text.startsWith('guide_session='))
    const last = setCookies.at(-1)?.split(';')[0]
    if (last !== undefined) browser.cookie = last
    const location = [answer.headers.location].flat()[0]
    return { status: answer.statusCode, location, body: await answer.body.text(), setCookies }
  }
  return browser
}

/** A sign-in that was begun: what WeCom must bring back. */
export interface Begun {
  browser: Browser
  state: string
  /** where WeCom asks who it is */
  authorize: string
}

/** Begins a sign-in in a browser. */
export async function begin(browser: Browser, assistant: string, to = '/api/me'): Promise<Begun> {
  const { location = '' } = await browser.get(
    `${assistant}/auth/login?to=${encodeURIComponent(to)}`,
  )
  const state = new URL(location).searchParams.get('state') ?? ''
  return { browser, state, authorize: location }
}

/** Lets WeCom say that it is `userid`; answers the code it gives. */
export async function codeOf(begun: Begun, userid: string): Promise<string> {
  const { location = '' } = await openBrowser().get(`${begun.authorize}&as=${userid}`)
  return new URL(location).searchParams.get('code') ?? ''
}

/** Comes back from WeCom with these; answers what the assistant says. */
export async function comeBack(
  { browser }: Pick<Begun, 'browser'>,
  assistant: string,
  query: string,
): Promise<Answer> {
  return browser.get(`${assistant}/auth/callback?${query}`)
}

/** Who the assistant takes the browser for; undefined for nobody. */
export async function whoIs(browser: Browser, assistant: string): Promise<string | undefined> {
  const { status, body } = await browser.get(`${assistant}/api/me`)
  return status === 200 ? (JSON.parse(body) as { userid: string }).userid : undefined
}

/** Signs somebody in the way people do. */
export async function signInAs(assistant: string, userid: string): Promise<Browser> {
  const begun = await begin(openBrowser(), assistant)
  const code = await codeOf(begun, userid)
  await comeBack(begun, assistant, `code=${code}&state=${begun.state}`)
  if ((await whoIs(begun.browser, assistant)) !== userid) throw new Error(`no sign-in of ${userid}`)
  return begun.browser
}
