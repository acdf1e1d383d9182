import { getJsApiSignature } from '@wecom/crypto'
import { liveTickets } from '../api/tokens.ts'
import { isFields, type Fields } from '../api/params.ts'
import { customerChat, say } from '../core/chats.ts'
import { memberOf, relationOf, type World } from '../core/world.ts'
import { bodyOf, need, needMember, optional, type Body } from './request.ts'

/** What WeixinJSBridge.invoke hands back; `client` tells the window what to do and is not part of it. */
interface BridgeResult {
  err_msg: string
  client?: {
    action: 'open-chat' | 'profile' | 'add-customer' | 'close'
    with?: string
    type?: number
  }
  [more: string]: unknown
}

interface Invocation {
  userid: string
  other: string
  entry: string
  pageUrl: string
  name: string
  params: Fields
  /** the person pressed "cancel" in the client's question */
  cancelled: boolean
}

/** Entries from which a page has a customer (wecom-protocol 4.2). */
const CUSTOMER_ENTRIES = new Set(['contact_profile', 'single_chat_tools', 'single_kf_tools'])
const SEND_ENTRIES = new Set(['single_chat_tools', 'chat_attachment'])
const KEEP_PAGES = 1000

export interface Bridge {
  /** POST bridge { as, with?, entry, pageUrl, name, params, choice? } → the bridge's answer */
  invoke: (world: World, body: Body) => BridgeResult
}

/** The native side of the JS-SDK: checks signatures for real and knows what each page may call. */
export function createBridge(): Bridge {
  // `person page` → the jsApiList of its last good config
  const granted = new Map<string, Set<string>>()

  function grant(invocation: Invocation, apis: string[]): void {
    const key = pageKey(invocation)
    granted.set(key, new Set([...(granted.get(key) ?? []), ...apis]))
    const oldest = granted.size > KEEP_PAGES ? granted.keys().next().value : undefined
    if (oldest !== undefined) granted.delete(oldest)
  }

  return {
    invoke: (world, body) => {
      const invocation = readInvocation(world, body)
      const { name } = invocation
      if (name === 'agentConfig' || name === 'preVerifyJSAPI') {
        const config = name === 'agentConfig' ? agentConfig : corpConfig
        return config(world, invocation, (apis) => grant(invocation, apis))
      }
      const api = Object.hasOwn(APIS, name) ? APIS[name] : undefined
      if (!api) return { err_msg: `${name}:function not exist` }
      if (name === 'checkJsApi') return checkJsApi(invocation, granted.get(pageKey(invocation)))
      if (!granted.get(pageKey(invocation))?.has(name)) {
        return { err_msg: `${name}:permission denied` }
      }
      return api(world, invocation)
    },
  }
}

const pageKey = ({ userid, pageUrl }: Invocation) => `${userid} ${withoutHash(pageUrl)}`
const withoutHash = (url: string) => url.split('#')[0] ?? url
const text = (value: unknown) => (typeof value === 'string' ? value : '')

function readInvocation(world: World, body: Body): Invocation {
  return {
    userid: needMember(world, need(body, 'as')).userid,
    other: optional(body, 'with') ?? '',
    entry: optional(body, 'entry') ?? 'normal',
    pageUrl: need(body, 'pageUrl'),
    name: need(body, 'name'),
    params: bodyOf(body['params']),
    cancelled: body['choice'] === 'cancel' || bodyOf(body['params'])['choice'] === 'cancel',
  }
}

function agentConfig(
  world: World,
  invocation: Invocation,
  grant: (apis: string[]) => void,
): BridgeResult {
  const { params } = invocation
  const { corpId, agentId } = world.corp
  const fail = (why: string, errCode: number) => ({ err_msg: `agentConfig:fail ${why}`, errCode })
  if (text(params['corpid']) !== corpId) return fail('invalid corpid', 40013)
  if (String(params['agentid']) !== String(agentId)) return fail('invalid agentid', 40056)
  if (!isTrusted(world, invocation.pageUrl)) return fail('invalid url domain', 80001)
  const signed = {
    timestamp: params['timestamp'],
    nonceStr: params['nonceStr'],
    signature: params['signature'],
  }
  if (!fits(world, 'agent_config', invocation.pageUrl, signed)) {
    const withCorpTicket = fits(world, 'jsapi', invocation.pageUrl, signed)
    if (withCorpTicket) return fail('jsapi_ticket of the wrong kind', 42012)
    return fail('invalid signature', 40093)
  }
  const apis = apisOf(params['jsApiList'])
  grant(apis)
  return {
    err_msg: 'agentConfig:ok',
    checkResult: Object.fromEntries(apis.map((api) => [api, true])),
  }
}

function corpConfig(
  world: World,
  invocation: Invocation,
  grant: (apis: string[]) => void,
): BridgeResult {
  const { params } = invocation
  const fail = (why: string, errCode: number) => ({
    err_msg: `preVerifyJSAPI:fail ${why}`,
    errCode,
  })
  if (text(params['verifyAppId']) !== world.corp.corpId) return fail('invalid corpid', 40013)
  if (!isTrusted(world, invocation.pageUrl)) return fail('invalid url domain', 80001)
  const signed = {
    timestamp: params['verifyTimestamp'],
    nonceStr: params['verifyNonceStr'],
    signature: params['verifySignature'],
  }
  if (!fits(world, 'jsapi', invocation.pageUrl, signed)) return fail('invalid signature', 40093)
  // the customer APIs want the app's identity, not the company's (wecom-protocol 4.1)
  grant(apisOf(params['verifyJsApiList']).filter((api) => !AGENT_ONLY.has(api)))
  return { err_msg: 'preVerifyJSAPI:ok' }
}

const AGENT_ONLY = new Set([
  'getCurExternalContact',
  'sendChatMessage',
  'navigateToAddCustomer',
  'selectExternalContact',
])

function isTrusted(world: World, pageUrl: string): boolean {
  return URL.canParse(pageUrl) && new URL(pageUrl).host === world.appUrl.host
}

function fits(
  world: World,
  kind: 'jsapi' | 'agent_config',
  pageUrl: string,
  signed: { timestamp: unknown; nonceStr: unknown; signature: unknown },
): boolean {
  const timestamp = String(signed.timestamp)
  // seconds: a timestamp in milliseconds is the commonest mistake
  if (!/^\d{10}$/.test(timestamp)) return false
  const nonceStr = text(signed.nonceStr)
  const url = withoutHash(pageUrl)
  return liveTickets(world, kind).some(
    (ticket) =>
      getJsApiSignature({ url, ticket, nonceStr, timestamp }).signature === signed.signature,
  )
}

function apisOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((api): api is string => typeof api === 'string') : []
}

function checkJsApi({ params }: Invocation, granted: Set<string> | undefined): BridgeResult {
  const asked = apisOf(params['jsApiList'])
  return {
    err_msg: 'checkJsApi:ok',
    checkResult: Object.fromEntries(asked.map((api) => [api, granted?.has(api) ?? false])),
  }
}

type Api = (world: World, invocation: Invocation) => BridgeResult

const APIS: Record<string, Api> = {
  checkJsApi: () => ({ err_msg: 'checkJsApi:ok' }),
  getContext: (_world, { entry }) => ({ err_msg: 'getContext:ok', entry }),
  getCurExternalContact: (world, { userid, other, entry }) => {
    const wrong = 'getCurExternalContact:fail without context of external contact'
    if (!CUSTOMER_ENTRIES.has(entry) || !relationOf(world, userid, other)) return { err_msg: wrong }
    return { err_msg: 'getCurExternalContact:ok', userId: other }
  },
  sendChatMessage: (world, invocation) => sendChatMessage(world, invocation),
  openUserProfile: (_world, { params }) => ({
    err_msg: 'openUserProfile:ok',
    client: { action: 'profile', with: text(params['userid']), type: Number(params['type']) },
  }),
  navigateToAddCustomer: () => ({
    err_msg: 'navigateToAddCustomer:ok',
    client: { action: 'add-customer' },
  }),
  openEnterpriseChat: (world, { userid, params }) => {
    const externals = idsOf(params['externalUserIds'])
    const members = idsOf(params['userIds'])
    const [other] = externals
    if (other === undefined) {
      const known = members.some((member) => memberOf(world, member) !== undefined)
      return { err_msg: `openEnterpriseChat:${known ? 'ok' : 'fail invalid userIds'}` }
    }
    if (!relationOf(world, userid, other))
      return { err_msg: 'openEnterpriseChat:fail_no permission' }
    return { err_msg: 'openEnterpriseChat:ok', client: { action: 'open-chat', with: other } }
  },
  closeWindow: () => ({ err_msg: 'closeWindow:ok', client: { action: 'close' } }),
}

/** `a;b`, as the SDK joins it, or a list. */
function idsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String)
  return text(value)
    .split(';')
    .filter((id) => id !== '')
}

function sendChatMessage(world: World, invocation: Invocation): BridgeResult {
  const { userid, other, entry, params, cancelled } = invocation
  const answer = (word: string) => ({ err_msg: `sendChatMessage:${word}` })
  const relation = relationOf(world, userid, other)
  if (!SEND_ENTRIES.has(entry) || !relation) {
    return answer('fail without context of external contact')
  }
  const msgtype = text(params['msgtype'])
  const content = isFields(params[msgtype]) ? params[msgtype] : undefined
  if (!content) return answer('fail invalid parameter')
  const words = text(content['content'])
  if (msgtype === 'text' && words === '') return answer('fail invalid parameter')
  if (!['text', 'image', 'video', 'file', 'news', 'miniprogram'].includes(msgtype)) {
    return answer('fail invalid msgtype')
  }
  if (cancelled) return answer('cancel')
  if (relation.relation !== 'live') return answer('fail not friends')
  const shown = msgtype === 'text' ? words : text(content['title'])
  const message = {
    from: 'guide' as const,
    msgtype,
    raw: content,
    ...(shown === '' ? {} : { text: shown }),
  }
  const heard = [userid.toLowerCase(), other]
  say(world, customerChat(userid, other), message, heard)
  return answer('ok')
}
