import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { randomId } from '../core/ids.ts'
import type { Member } from '../core/state.ts'
import { memberOf, nowMs, type World } from '../core/world.ts'
import { cookieOf } from './cookies.ts'
import { escapeHtml, page } from './html.ts'

const CODE_LIFE_MS = 5 * 60_000

type Query = Record<string, string | undefined>

/**
 * WeCom's two ways to sign in (wecom-protocol 3.3): OAuth inside the client, SSO in a browser. Both ask who you
 * are, unless `as` says it or the client window's iframe carries it.
 */
export function oauthRoutes(app: FastifyInstance, world: World): void {
  app.get('/connect/oauth2/authorize', (request, reply) => {
    const query = request.query as Query
    return signIn(world, request, reply, oauthFault(world, query))
  })
  app.get('/wwlogin/sso/login', (request, reply) => {
    const query = request.query as Query
    return signIn(world, request, reply, ssoFault(world, query))
  })
}

interface Fault {
  errcode: number
  message: string
}

const fault = (errcode: number, message: string): Fault => ({ errcode, message })

function oauthFault(world: World, query: Query): Fault | undefined {
  const common = commonFault(world, query)
  if (common) return common
  if (query['response_type'] !== 'code') return fault(40058, 'response_type 只能是 code')
  if (!['snsapi_base', 'snsapi_privateinfo'].includes(query['scope'] ?? '')) {
    return fault(40058, 'scope 只能是 snsapi_base 或 snsapi_privateinfo')
  }
  return undefined
}

function ssoFault(world: World, query: Query): Fault | undefined {
  const common = commonFault(world, query)
  if (common) return common
  if (query['login_type'] !== 'CorpApp') return fault(40058, 'login_type 只能是 CorpApp')
  if (query['agentid'] !== String(world.corp.agentId)) return fault(40056, 'agentid 不正确')
  return undefined
}

function commonFault(world: World, query: Query): Fault | undefined {
  if (query['appid'] !== world.corp.corpId) return fault(40013, 'appid 不正确')
  const target = query['redirect_uri'] ?? ''
  const trusted = URL.canParse(target) && /^https?:$/.test(new URL(target).protocol)
  if (!trusted || new URL(target).host !== world.appUrl.host) {
    return fault(50001, 'redirect_uri 与应用的可信域名不一致（含端口）')
  }
  if (!/^[a-zA-Z0-9]{0,128}$/.test(query['state'] ?? '')) {
    return fault(84025, 'state 只能是 0–128 位字母和数字')
  }
  return undefined
}

function signIn(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  refused: Fault | undefined,
): FastifyReply {
  reply.header('cache-control', 'no-store').type('text/html; charset=utf-8')
  if (refused) {
    const words = `<h1>无法登录</h1><p>errcode ${refused.errcode}：${escapeHtml(refused.message)}</p>`
    return reply.code(400).send(page('无法登录', words))
  }
  const query = request.query as Query
  const who = whoIs(world, request, query)
  if (!who) return reply.send(chooser(world, request.url))
  const target = new URL(query['redirect_uri'] ?? '')
  target.searchParams.set('code', giveCode(world, who))
  target.searchParams.set('state', query['state'] ?? '')
  return reply.redirect(target.href, 302)
}

/** `as` when told; inside the client window's iframe the person whose window it is. */
function whoIs(world: World, request: FastifyRequest, query: Query): Member | undefined {
  const inFrame = request.headers['sec-fetch-dest'] === 'iframe'
  const named = query['as'] ?? (inFrame ? cookieOf(request, 'sandbox_as') : undefined)
  return named === undefined ? undefined : memberOf(world, named)
}

function giveCode(world: World, member: Member): string {
  const now = nowMs(world)
  for (const [code, entry] of Object.entries(world.state.oauthCodes)) {
    if (entry.at < now - CODE_LIFE_MS) delete world.state.oauthCodes[code]
  }
  const code = randomId(43)
  world.state.oauthCodes[code] = { userid: member.userid, at: now }
  world.touched()
  return code
}

function chooser(world: World, url: string): string {
  const groups = new Map<string, Member[]>()
  for (const member of Object.values(world.state.members)) {
    const department = member.department ?? '公司'
    groups.set(department, [...(groups.get(department) ?? []), member])
  }
  const lists = [...groups].map(([department, members]) => {
    const rows = members.map((member) => {
      const href = `${url}&as=${encodeURIComponent(member.userid)}`
      const label = `${escapeHtml(member.name)}<small>${escapeHtml(member.userid)}</small>`
      return `<li><a data-userid="${escapeHtml(member.userid)}" href="${escapeHtml(href)}">${label}</a></li>`
    })
    return `<h2>${escapeHtml(department)}</h2><ul>${rows.join('')}</ul>`
  })
  return page('我是谁', `<h1>我是谁</h1><p>选一位成员登录导购助手</p>${lists.join('')}`)
}
