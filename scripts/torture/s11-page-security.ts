import { request } from 'undici'
import { noneOf, type Figure } from '../support/figures.ts'
import { startPagesWorld, type PagesWorld } from '../support/pages-world.ts'
import { sealSession } from '../support/seal-session.ts'
import { checkHeaders, type Ask } from './page-security/headers.ts'
import { breakPolicyOnPurpose, frameFromElsewhere, usePages } from './page-security/in-browser.ts'
import type { Scenario, TortureContext } from './scenario.ts'

/** Headers and content policy of every page, as a real browser takes them. */
export const s11: Scenario = {
  id: 'S11',
  title: 'pages load nothing from elsewhere, run nothing inline, and only WeCom may frame them',
  run,
}

const GUIDE = 'liujing'
const MANAGER = 'xuhui.dianzhang'

async function run(context: TortureContext): Promise<Figure[]> {
  const world = await startPagesWorld({ customers: context.size === 'full' ? 60 : 24 })
  try {
    context.say('headers')
    const looked = await checkHeaders(world.assistantUrl, await addresses(world), [
      world.sandboxUrl,
    ])
    context.say('the pages in Chromium')
    const relation = await world.deps.db.prisma.relation.findFirst({
      where: { employee: { userid: GUIDE }, endedAt: null },
      select: { customer: { select: { externalUserid: true } } },
    })
    const customer = relation?.customer.externalUserid ?? ''
    const used = await usePages(world, { guide: GUIDE, manager: MANAGER, customer })
    const control = await breakPolicyOnPurpose(world, GUIDE)
    const framed = await frameFromElsewhere(world, GUIDE, [
      '/sidebar',
      '/desk',
      '/auth/login',
      '/docs',
    ])
    return [
      { name: 'answers looked at', value: looked.looked, unit: '' },
      noneOf('faults in their headers or HTML', looked.faults),
      {
        name: 'pages used in Chromium',
        value: used.pages.length,
        unit: '',
        note: used.pages.join(' '),
      },
      noneOf('violations of the policy that the browser told', used.violations),
      noneOf(`requests to another origin, of ${used.asked}`, used.strangers),
      {
        name: 'violations told when a script is put in by hand (the control)',
        value: control,
        unit: '',
        goal: { atLeast: 2 },
      },
      noneOf('pages that a stranger’s page can frame', framed),
    ]
  } finally {
    await world.close()
  }
}

/** Every page as everybody gets it, its files, refusals, and answers of the API. */
async function addresses(world: PagesWorld): Promise<Ask[]> {
  const session = (userid: string) => sealSession(world.deps.config, userid)
  const guide = { cookie: await session(GUIDE) }
  const manager = { cookie: await session(MANAGER) }
  const page = await request(`${world.assistantUrl}/sidebar`, { headers: guide })
  const files = [...(await page.body.text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)]
  return [
    { path: '/sidebar', headers: guide },
    { path: '/desk', headers: guide },
    { path: '/console', headers: manager },
    { path: '/sidebar' },
    { path: '/', headers: guide },
    { path: '/auth/login?to=/desk' },
    { path: '/auth/callback?code=x&state=y' },
    { path: '/pages.css' },
    { path: '/nowhere' },
    { path: '/%E0%A4%A' },
    { path: '/api/me' },
    { path: '/api/me', headers: guide },
    { path: '/api/nowhere', headers: guide },
    { path: '/open/v1/tasks' },
    { path: '/health/live' },
    { path: '/docs' },
    { path: '/docs/json' },
    ...files.map(([, path = '']): Ask => ({ path })),
  ]
}
