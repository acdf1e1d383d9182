import { request } from 'undici'
import { createApp } from '../../server/app.ts'
import { none, type Figure } from '../support/figures.ts'
import {
  begin,
  codeOf,
  comeBack,
  openBrowser,
  signInAs,
  whoIs,
  type Browser,
} from './sign-in/browser.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startSmallWorld, type SmallWorld } from './support/small-world.ts'

const SIZES = {
  full: { customers: 120, guides: 12, atOnce: 32 },
  short: { customers: 14, guides: 4, atOnce: 8 },
} as const

/** A `to` that leads elsewhere in some browser. */
const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/%0d%0aLocation:%20https://evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/.//evil.example',
  '/..//evil.example',
  '/%2e%2e//evil.example',
  '/desk\r\nSet-Cookie: a=b',
  '@evil.example',
  '.evil.example',
] as const

/**
 * S7: the sidebar believes who WeCom says somebody is, once, and shows them their own contacts only. Played against
 * the sandbox's own OAuth, which gives each code once.
 */
export const s7: Scenario = {
  id: 'S7',
  title: 'nobody becomes somebody else in the sidebar, and nobody sees another’s contact there',
  async run(context) {
    const small = await startSmallWorld(context.folder, {
      customers: SIZES[context.size].customers,
    })
    try {
      return [
        ...(await tryCodes(context, small)),
        ...(await tryStates(context, small)),
        ...(await tryTargets(context, small)),
        ...(await lookAtCookies(context, small)),
        ...(await askForContacts(context, small)),
        ...(await lookForTickets(context, small)),
      ]
    } finally {
      await small.close()
    }
  },
}

function someGuide({ chain }: SmallWorld): string {
  return chain.employees.find(({ role }) => role === 'guide')?.userid ?? ''
}

/** A code opens one session, however many bring it, and only the right code does. */
async function tryCodes({ size, say }: TortureContext, small: SmallWorld): Promise<Figure[]> {
  const { assistantUrl } = small.world
  const userid = someGuide(small)
  const one = await begin(openBrowser(), assistantUrl)
  const code = await codeOf(one, userid)
  await comeBack(one, assistantUrl, `code=${code}&state=${one.state}`)
  const signedIn = (await whoIs(one.browser, assistantUrl)) === userid ? 1 : 0

  const again = await begin(openBrowser(), assistantUrl)
  await comeBack(again, assistantUrl, `code=${code}&state=${again.state}`)
  let reused = (await whoIs(again.browser, assistantUrl)) === undefined ? 0 : 1

  // many browsers race with one code, each with a state of its own
  const racers = await Promise.all(
    Array.from({ length: SIZES[size].atOnce }, () => begin(openBrowser(), assistantUrl)),
  )
  const shared = racers[0] ? await codeOf(racers[0], userid) : ''
  await Promise.all(
    racers.map((racer) => comeBack(racer, assistantUrl, `code=${shared}&state=${racer.state}`)),
  )
  const winners = await Promise.all(racers.map(({ browser }) => whoIs(browser, assistantUrl)))
  reused += Math.max(0, winners.filter((who) => who !== undefined).length - 1)

  let wrong = 0
  for (const bad of ['', 'x', 'x'.repeat(512), userid, '%00', `${shared}x`, 'code-of-zongbu']) {
    const begun = await begin(openBrowser(), assistantUrl)
    const { status } = await comeBack(begun, assistantUrl, `code=${bad}&state=${begun.state}`)
    if ((await whoIs(begun.browser, assistantUrl)) !== undefined || status === 302) {
      wrong += 1
      say(`signed in with the code ${bad.slice(0, 20)}`)
    }
  }
  // people that WeCom knows and the chain does not: a member who is on no list, a guide who left
  const left = small.chain.employees.at(-1)?.userid ?? ''
  await small.db.prisma.employee.updateMany({ where: { userid: left }, data: { active: false } })
  const begun = await begin(openBrowser(), assistantUrl)
  await comeBack(begun, assistantUrl, `code=${await codeOf(begun, left)}&state=${begun.state}`)
  if ((await whoIs(begun.browser, assistantUrl)) !== undefined) wrong += 1
  await small.db.prisma.employee.updateMany({ where: { userid: left }, data: { active: true } })
  return [
    { name: 'control: a right sign-in', value: signedIn, unit: '', goal: { atLeast: 1 } },
    none(`a code used twice, also by ${racers.length} at once`, reused),
    none('wrong codes and people who left', wrong),
  ]
}

/** A code comes back to the browser that asked for it, and to no other. */
async function tryStates({ say }: TortureContext, small: SmallWorld): Promise<Figure[]> {
  const { assistantUrl } = small.world
  const userid = someGuide(small)
  const other = await begin(openBrowser(), assistantUrl)
  const attempts: Record<string, (state: string) => string> = {
    'no state': () => '',
    'an empty state': () => '&state=',
    'another state': () => `&state=${'0'.repeat(32)}`,
    'a state of another browser': () => `&state=${other.state}`,
    'two states': (state) => `&state=${state}&state=${other.state}`,
    'a state as a list': (state) => `&state[]=${state}`,
    'a state in capitals': (state) => `&state=${state.toUpperCase()}`,
    'part of the state': (state) => `&state=${state.slice(0, 16)}`,
    'a state of a prototype': () => '&state=__proto__',
  }
  let passed = 0
  for (const [name, make] of Object.entries(attempts)) {
    const begun = await begin(openBrowser(), assistantUrl)
    const code = await codeOf(begun, userid)
    await comeBack(begun, assistantUrl, `code=${code}${make(begun.state)}`)
    if ((await whoIs(begun.browser, assistantUrl)) === undefined) continue
    passed += 1
    say(`signed in with ${name}`)
  }
  // the victim's browser is led back with the attacker's code: it must not become the attacker
  const attacker = await begin(openBrowser(), assistantUrl)
  const victim = await begin(openBrowser(), assistantUrl)
  const planted = await codeOf(attacker, userid)
  await comeBack(victim, assistantUrl, `code=${planted}&state=${attacker.state}`)
  if ((await whoIs(victim.browser, assistantUrl)) !== undefined) passed += 1
  // a state holds once, also when the first try failed
  const once = await begin(openBrowser(), assistantUrl)
  const code = await codeOf(once, userid)
  await comeBack(once, assistantUrl, `state=${once.state}`)
  await comeBack(once, assistantUrl, `code=${code}&state=${once.state}`)
  if ((await whoIs(once.browser, assistantUrl)) !== undefined) passed += 1
  return [none('sign-ins without the browser’s own, fresh state', passed)]
}

async function tryTargets({ say }: TortureContext, small: SmallWorld): Promise<Figure[]> {
  const { assistantUrl } = small.world
  let left = 0
  for (const to of ELSEWHERE) {
    const browser = openBrowser()
    const { status, location } = await browser.get(
      `${assistantUrl}/auth/login?to=${encodeURIComponent(to)}`,
    )
    if (status === 400 || location === undefined) continue
    const begun = {
      browser,
      state: new URL(location).searchParams.get('state') ?? '',
      authorize: location,
    }
    const code = await codeOf(begun, someGuide(small))
    const back = await comeBack(begun, assistantUrl, `code=${code}&state=${begun.state}`)
    const target = new URL(back.location ?? '/', assistantUrl)
    if (target.origin === assistantUrl && !/evil/.test(target.host)) continue
    left += 1
    say(`led to ${target.href}`)
  }
  return [none('places elsewhere that a sign-in led to', left)]
}

/** The cookie itself: who may read it, where it goes, when it changes. */
async function lookAtCookies(_context: TortureContext, small: SmallWorld): Promise<Figure[]> {
  const { world } = small
  const { assistantUrl } = world
  const begun = await begin(openBrowser(), assistantUrl)
  const before = begun.browser.cookie
  const code = await codeOf(begun, someGuide(small))
  const { setCookies } = await comeBack(begun, assistantUrl, `code=${code}&state=${begun.state}`)
  const https = await createApp({
    ...world.deps,
    config: { ...world.deps.config, publicUrl: 'https://guide.example.com' },
  })
  const secure = await https.inject('/auth/login')
  const overHttps = [secure.headers['set-cookie'] ?? []].flat()
  const all = [...setCookies, ...overHttps]
  const bare = all.filter((text) => !/httponly/i.test(text) || !/samesite=lax/i.test(text))
  const insecure = overHttps.filter((text) => !/;\s*secure/i.test(text))
  // the cookie from before the sign-in is nobody's; after the logout the browser has none
  const stale = await whoIs(openBrowser(before), assistantUrl)
  const kept = before === begun.browser.cookie ? 1 : 0
  await begun.browser.post(`${assistantUrl}/auth/logout`)
  const after = await whoIs(begun.browser, assistantUrl)
  const readable = all.filter((text) =>
    Buffer.from(decodeURIComponent(text), 'base64').includes(someGuide(small)),
  )
  return [
    {
      name: 'session cookies looked at',
      value: all.length,
      unit: '',
      goal: { atLeast: 2 },
    },
    none('without HttpOnly, SameSite or, over https, Secure', bare.length + insecure.length),
    none('that can be read', readable.length),
    none(
      'session kept over the sign-in, or alive after the logout',
      kept + (stale ? 1 : 0) + (after ? 1 : 0),
    ),
  ]
}

/** Every guide asks for every customer by the id the client gives them; then a customer leaves. */
async function askForContacts({ size, say }: TortureContext, small: SmallWorld): Promise<Figure[]> {
  const { world, chain } = small
  const { assistantUrl } = world
  const live = new Set(chain.wecom.relations.map((one) => `${one.userid} ${one.externalUserid}`))
  const guides = chain.employees.filter(({ role }) => role === 'guide').slice(0, SIZES[size].guides)
  let asked = 0
  let foreign = 0
  let withheld = 0
  const browsers = new Map<string, Browser>()
  for (const { userid } of guides) {
    const browser = await signInAs(assistantUrl, userid)
    browsers.set(userid, browser)
    for (const { externalUserid } of chain.wecom.customers) {
      const { status } = await browser.get(
        `${assistantUrl}/api/customers/by-external/${externalUserid}`,
      )
      asked += 1
      const mine = live.has(`${userid} ${externalUserid}`)
      if (!mine && status !== 404) foreign += 1
      if (mine && status !== 200) withheld += 1
    }
  }
  const ended = await endRelations(small, browsers)
  for (const what of ended) say(what)
  return [
    { name: 'guides × customers asked by external_userid', value: asked, unit: '' },
    none('strangers’ contacts shown', foreign),
    none('own contacts kept back', withheld),
    none('contacts still shown after the customer left', ended.length),
  ]
}

async function endRelations(
  small: SmallWorld,
  browsers: ReadonlyMap<string, Browser>,
): Promise<string[]> {
  const { world, chain } = small
  const ends = chain.wecom.relations.filter(({ userid }) => browsers.has(userid)).slice(0, 6)
  for (const { userid, externalUserid } of ends) {
    await request(`${world.sandboxUrl}/sandbox/ui/relation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ as: userid, with: externalUserid, action: 'delete_by_customer' }),
    }).then(({ body, statusCode }) => {
      if (statusCode !== 200) throw new Error(`the sandbox answers ${statusCode}`)
      return body.dump()
    })
  }
  await small.settled()
  const still: string[] = []
  for (const { userid, externalUserid } of ends) {
    const answer = await browsers
      .get(userid)
      ?.get(`${world.assistantUrl}/api/customers/by-external/${externalUserid}`)
    if (answer?.status !== 404) still.push(`${answer?.status ?? 0} after the customer left`)
  }
  return still
}

/** No answer, to anybody, holds a token or a ticket of WeCom's; a page elsewhere is not signed. */
async function lookForTickets({ say }: TortureContext, small: SmallWorld): Promise<Figure[]> {
  const { world, environment, chain } = small
  const { deps, assistantUrl } = world
  const routes = new Set<string>()
  await createApp(deps, {
    onRoute: ({ method, url }) => {
      if ([method].flat().includes('GET')) routes.add(url)
    },
  })
  const secrets = [
    await deps.wecom.token('access_token'),
    await deps.wecom.token('jsapi_ticket'),
    await deps.wecom.token('agent_ticket'),
    environment['WECOM_AGENT_SECRET'] ?? '',
    environment['WECOM_CALLBACK_TOKEN'] ?? '',
    environment['WECOM_CALLBACK_AES_KEY'] ?? '',
    environment['SESSION_KEY'] ?? '',
    environment['DATA_KEY'] ?? '',
  ]
  const people = [
    openBrowser(),
    await signInAs(assistantUrl, someGuide(small)),
    await signInAs(
      assistantUrl,
      chain.employees.find(({ role }) => role === 'manager')?.userid ?? '',
    ),
  ]
  const external = chain.wecom.relations.at(-1)?.externalUserid ?? ''
  const page = encodeURIComponent(`${assistantUrl}/sidebar`)
  let walked = 0
  let shown = 0
  for (const browser of people) {
    for (const route of routes) {
      const path = route
        .replace(':externalUserId', external)
        .replace(/:\w+/, '1')
        .replace('*', 'index.css')
      const query = `?bucket=today&url=${page}&from=2026-11-22&to=2026-11-22`
      const { body, setCookies } = await browser.get(
        `${assistantUrl}${path}${path.startsWith('/auth') ? '' : query}`,
      )
      walked += 1
      if (!secrets.some((secret) => `${body}${setCookies.join()}`.includes(secret))) continue
      shown += 1
      say(`a token or ticket in ${route}`)
    }
  }
  let signed = 0
  const elsewhere = [
    'https://evil.example/sidebar',
    `${assistantUrl}.evil.example/`,
    `${assistantUrl}@evil.example/`,
    'http://127.0.0.1/sidebar',
    'file:///sidebar',
  ]
  for (const url of elsewhere) {
    const answer = await people[1]?.get(`${assistantUrl}/api/jssdk?url=${encodeURIComponent(url)}`)
    if (answer?.status !== 400) signed += 1
  }
  const own = await people[1]?.get(`${assistantUrl}/api/jssdk?url=${page}`)
  return [
    {
      name: 'answers searched for tokens, tickets and keys',
      value: walked,
      unit: '',
      goal: { atLeast: 60 },
    },
    none('that hold one', shown),
    none('pages elsewhere that were signed', signed),
    {
      name: 'control: our own page is signed',
      value: own?.status === 200 ? 1 : 0,
      unit: '',
      goal: { atLeast: 1 },
    },
  ]
}
