import { getJsApiSignature } from '@wecom/crypto'
import { describe, expect, it } from 'vitest'
import { corp, start, type Running } from './start.ts'

const PAGE = 'http://127.0.0.1:7300/sidebar?x=1'
const APIS = ['getContext', 'getCurExternalContact', 'sendChatMessage', 'openEnterpriseChat']

async function ticketOf({ api }: Running, kind: 'jsapi' | 'agent'): Promise<string> {
  const answer =
    kind === 'jsapi'
      ? await api('get_jsapi_ticket')
      : await api('ticket/get', undefined, { type: 'agent_config' })
  return String(answer['ticket'])
}

const call = ({ post }: Running, name: string, params: object = {}, more: object = {}) =>
  post('/sandbox/ui/bridge', {
    as: 'wangxiaoming',
    with: 'wmZhang',
    entry: 'single_chat_tools',
    pageUrl: `${PAGE}#/x`,
    name,
    params,
    ...more,
  })

async function configure(running: Running, ticket: string, more: object = {}, url = PAGE) {
  const nonceStr = 'Wm3WZYTPz0wzccnW'
  const { signature } = getJsApiSignature({ url, ticket, nonceStr, timestamp: 1_795_309_200 })
  return call(running, 'agentConfig', {
    corpid: corp.corpId,
    agentid: String(corp.agentId),
    timestamp: '1795309200',
    nonceStr,
    signature,
    jsApiList: APIS,
    ...more,
  })
}

describe('agentConfig', () => {
  it('is granted for a signature by the agent ticket over the page without its hash', async () => {
    const running = await start()

    const answer = await configure(running, await ticketOf(running, 'agent'))

    expect(answer).toMatchObject({ err_msg: 'agentConfig:ok', checkResult: { getContext: true } })
  })

  it('is refused with the corp’s ticket, another page, another app or milliseconds', async () => {
    const running = await start()
    const agent = await ticketOf(running, 'agent')
    const refused = async (answer: Promise<Record<string, unknown>>) => (await answer)['errCode']

    expect(await refused(configure(running, await ticketOf(running, 'jsapi')))).toBe(42012)
    expect(await refused(configure(running, agent, {}, `${PAGE}&y=2`))).toBe(40093)
    expect(await refused(configure(running, agent, { agentid: '7' }))).toBe(40056)
    expect(await refused(configure(running, agent, { timestamp: '1795309200000' }))).toBe(40093)
  })

  it('is refused once the ticket has expired', async () => {
    const running = await start()
    const agent = await ticketOf(running, 'agent')
    running.sandbox.clock.advance(7_201_000)

    expect(await configure(running, agent)).toMatchObject({ errCode: 40093 })
  })
})

describe('the bridge', () => {
  it('refuses calls outside the granted list', async () => {
    const running = await start()
    const before = await call(running, 'getContext')
    await configure(running, await ticketOf(running, 'agent'))

    expect(before).toEqual({ err_msg: 'getContext:permission denied' })
    expect(await call(running, 'openUserProfile')).toEqual({
      err_msg: 'openUserProfile:permission denied',
    })
    expect(await call(running, 'makeCoffee')).toEqual({ err_msg: 'makeCoffee:function not exist' })
  })

  it('tells entry and customer, and only where there is one', async () => {
    const running = await start()
    await configure(running, await ticketOf(running, 'agent'))

    expect(await call(running, 'getContext')).toEqual({
      err_msg: 'getContext:ok',
      entry: 'single_chat_tools',
    })
    expect(await call(running, 'getCurExternalContact')).toEqual({
      err_msg: 'getCurExternalContact:ok',
      userId: 'wmZhang',
    })
    expect(await call(running, 'getCurExternalContact', {}, { entry: 'normal' })).toEqual({
      err_msg: 'getCurExternalContact:fail without context of external contact',
    })
  })

  it('puts a message into the chat, unless the person cancels or they are no friends', async () => {
    const running = await start()
    await configure(running, await ticketOf(running, 'agent'))
    const words = { msgtype: 'text', text: { content: '生日快乐' } }

    const cancelled = await call(running, 'sendChatMessage', words, { choice: 'cancel' })
    const sent = await call(running, 'sendChatMessage', words)
    await running.post('/sandbox/ui/relation', {
      as: 'wmZhang',
      with: 'wangxiaoming',
      action: 'delete_by_customer',
    })
    const refused = await call(running, 'sendChatMessage', words)

    expect([cancelled['err_msg'], sent['err_msg'], refused['err_msg']]).toEqual([
      'sendChatMessage:cancel',
      'sendChatMessage:ok',
      'sendChatMessage:fail not friends',
    ])
    const chat = await running.get('/sandbox/ui/messages?as=wmZhang&with=WangXiaoming')
    expect(await chat.json()).toMatchObject({ items: [{ from: 'guide', text: '生日快乐' }] })
  })

  it('opens the chat of a customer of mine', async () => {
    const running = await start()
    await configure(running, await ticketOf(running, 'agent'))

    const mine = await call(running, 'openEnterpriseChat', { externalUserIds: 'wmZhao' })
    const nobody = await call(running, 'openEnterpriseChat', { externalUserIds: 'wmNobody' })

    expect(mine).toMatchObject({ err_msg: 'openEnterpriseChat:ok', client: { with: 'wmZhao' } })
    expect(nobody).toEqual({ err_msg: 'openEnterpriseChat:fail_no permission' })
  })
})

describe('signing in', () => {
  const authorize = (more: Record<string, string> = {}) =>
    `/connect/oauth2/authorize?${new URLSearchParams({
      appid: corp.corpId,
      redirect_uri: 'http://127.0.0.1:7300/auth/callback',
      response_type: 'code',
      scope: 'snsapi_base',
      state: 'abc123',
      ...more,
    }).toString()}`

  it('asks who you are, then gives a code that serves once within five minutes', async () => {
    const { api, get, sandbox } = await start()
    const chooser = await get(authorize())
    const answer = await get(authorize({ as: 'wangxiaoming' }), { redirect: 'manual' })
    const target = new URL(answer.headers.get('location') ?? '')
    const other = await get(authorize({ as: 'lihua' }), { redirect: 'manual' })
    const late = new URL(other.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const code = target.searchParams.get('code') ?? ''
    const userOf = (given: string) => api('auth/getuserinfo', undefined, { code: given })

    expect(await chooser.text()).toContain('王小明')
    expect(target.origin + target.pathname).toBe('http://127.0.0.1:7300/auth/callback')
    expect(target.searchParams.get('state')).toBe('abc123')
    expect(await userOf(code)).toMatchObject({ errcode: 0, userid: 'WangXiaoming' })
    expect(await userOf(code)).toMatchObject({ errcode: 40029 })
    sandbox.clock.advance(300_001)
    expect(await userOf(late)).toMatchObject({ errcode: 40029 })
  })

  it.each([
    [{ redirect_uri: 'http://127.0.0.1:7301/auth/callback' }, '50001'],
    [{ redirect_uri: 'http://evil.example/' }, '50001'],
    [{ redirect_uri: 'javascript:alert(1)' }, '50001'],
    [{ appid: 'ww9' }, '40013'],
    [{ state: 'a-b' }, '84025'],
    [{ response_type: 'token' }, '40058'],
    [{ scope: 'all' }, '40058'],
  ])('refuses %o on a page of its own', async (more, errcode) => {
    const { get } = await start()

    const answer = await get(authorize(more), { redirect: 'manual' })

    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(errcode)
  })

  it('knows the person inside the window’s iframe, and only there', async () => {
    const { get } = await start()
    const opened = await get('/sandbox/ui/open?as=wangxiaoming&to=/sidebar%3Fa%3D1', {
      redirect: 'manual',
    })
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
    const framed = { cookie, 'sec-fetch-dest': 'iframe' }

    const inside = await get(authorize(), { redirect: 'manual', headers: framed })
    const outside = await get(authorize(), { redirect: 'manual', headers: { cookie } })

    expect(opened.headers.get('location')).toBe(
      'http://127.0.0.1:7300/auth/login?to=%2Fsidebar%3Fa%3D1',
    )
    expect(inside.status).toBe(302)
    expect(outside.status).toBe(200)
  })

  it('opens nobody else’s address', async () => {
    const { get } = await start()

    expect((await get('/sandbox/ui/open?as=lihua&to=//evil.example/')).status).toBe(400)
  })
})

describe('the windows', () => {
  it('show a member the app and their customers, with what is unread', async () => {
    const { api, get } = await start()
    const text = {
      touser: 'wangxiaoming',
      agentid: corp.agentId,
      msgtype: 'text',
      text: { content: '早' },
    }
    await api('message/send', text)

    const before = await (await get('/sandbox/ui/state?as=wangxiaoming')).json()
    await get('/sandbox/ui/messages?as=wangxiaoming&with=app')
    const after = await (await get('/sandbox/ui/state?as=wangxiaoming')).json()

    expect(before).toMatchObject({
      me: { userid: 'WangXiaoming' },
      assistantOrigin: 'http://127.0.0.1:7300',
      unread: 1,
      conversations: [
        { with: 'app', last: '早', unread: 1 },
        { with: 'wmZhao', relation: 'live', tags: [] },
        { with: 'wmZhang', tags: [{ id: 'etOld', name: '门店' }] },
      ],
    })
    expect(after).toMatchObject({ unread: 0 })
  })

  it('hear of what concerns them', async () => {
    const { get, post } = await start()
    const stop = new AbortController()
    const stream = await get('/sandbox/ui/stream?as=wmZhang', { signal: stop.signal })
    const reader = stream.body?.getReader()
    await reader?.read()

    await post('/sandbox/ui/chat', {
      as: 'wangxiaoming',
      with: 'wmZhang',
      from: 'guide',
      text: '您好',
    })
    const heard = new TextDecoder().decode((await reader?.read())?.value)
    stop.abort()

    expect(heard).toContain('event: changed')
  })

  it('serve the bridge, Vue and the pages', async () => {
    const { get } = await start()
    const paths = ['/bridge.js', '/vendor/vue.js', '/client', '/client-assets/client.js']

    const answers = await Promise.all(paths.map((path) => get(path)))

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200])
    expect((await get('/client-assets/..%2f..%2fpackage.json')).status).toBe(404)
  })
})
