import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { corp, START, start } from './start.ts'

const text = { touser: 'lihua', agentid: corp.agentId, msgtype: 'text', text: { content: '早' } }

describe('POST /sandbox/clock', () => {
  it.each([
    [{ now: '2026-12-01T00:00:00Z' }, '2026-12-01T00:00:00.000Z'],
    [{ advance: 90 }, '2026-11-22T01:01:30.000Z'],
    [{ advance: '+1h' }, '2026-11-22T02:00:00.000Z'],
    [{ advance: '1d' }, '2026-11-23T01:00:00.000Z'],
    [{ advance: '-30m' }, '2026-11-22T00:30:00.000Z'],
    [{ next: '09:00' }, '2026-11-23T01:00:00.000Z'],
    [{ next: '09:30' }, '2026-11-22T01:30:00.000Z'],
  ])('%o goes to %s', async (body, now) => {
    const { post, sandbox } = await start()

    expect(await post('/sandbox/clock', body)).toMatchObject({ now })
    expect(sandbox.clock.now().toISOString()).toBe(now)
  })

  it.each([[{}], [{ now: 'tomorrow' }], [{ advance: 'soon' }]])('refuses %o', async (body) => {
    const { get } = await start()

    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }

    expect((await get('/sandbox/clock', init)).status).toBe(400)
  })

  it('is heard on the stream, at the start and at each jump', async () => {
    const { get, post } = await start()
    const stop = new AbortController()
    const stream = await get('/sandbox/clock/stream', { signal: stop.signal })
    const heard: { now: string; offsetMs: number }[] = []
    const decoder = new TextDecoder()
    const reading = (async () => {
      for await (const chunk of stream.body ?? []) {
        for (const match of decoder.decode(chunk).matchAll(/^data: (.*)$/gm)) {
          heard.push(JSON.parse(match[1] ?? '') as { now: string; offsetMs: number })
        }
        if (heard.length === 2) return
      }
    })()

    await post('/sandbox/clock', { advance: '1h' })
    await reading
    stop.abort()

    expect(heard.map(({ now }) => now)).toEqual([START, '2026-11-22T02:00:00.000Z'])
    expect(heard[1]?.offsetMs).toBeTypeOf('number')
  })
})

describe('POST /sandbox/events', () => {
  const event = {
    Event: 'change_external_contact',
    ChangeType: 'del_follow_user',
    UserID: 'lihua',
    ExternalUserID: 'wmZhang',
  }

  it.each([
    ['the fields themselves', event],
    ['the fields with `times` and `wait`', { ...event, times: 1, wait: true }],
    ['{ fields }', { fields: event }],
    ['{ event }', { event }],
  ])('makes any callback from %s', async (_name, body) => {
    const { post, sandbox, field, receiver } = await start()

    await post('/sandbox/events', body)
    await sandbox.idle()

    expect(receiver.heard).toHaveLength(1)
    expect(['Event', 'ChangeType', 'UserID', 'ExternalUserID', 'MsgType'].map(field)).toEqual([
      ...Object.values(event),
      'event',
    ])
    expect(receiver.heard[0]?.xml).not.toMatch(/times|wait/)
  })

  it.each([
    [{}],
    [{ times: 3 }],
    [{ 'no name': 'x' }],
    [{ '1st': 'x' }],
    [{ fields: {} }],
    [{ fields: [] }],
    [{ fields: { Event: null } }],
    [{ Event: 'a', Deep: { '<b>': 'x' } }],
    [{ Event: true }],
  ])('refuses %o and sends nothing', async (body) => {
    const { get, receiver, sandbox } = await start()

    const answer = await get('/sandbox/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await sandbox.idle()

    expect(answer.status).toBe(400)
    expect(receiver.heard).toEqual([])
  })
})

describe('POST /sandbox/reset', () => {
  it('takes an empty body that says it is JSON', async () => {
    const { get } = await start()

    const answer = await get('/sandbox/reset', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })

    expect(answer.status).toBe(200)
  })
})

describe('POST /sandbox/faults', () => {
  it('answers with an errcode so many times, then does it', async () => {
    const { api, post } = await start()
    await post('/sandbox/faults', { path: 'message/send', errcode: -1, times: 2 })

    const codes = []
    for (let n = 0; n < 3; n += 1) codes.push((await api('message/send', text)).errcode)

    expect(codes).toEqual([-1, -1, 0])
  })

  it('answers with a status, or cuts the connection', async () => {
    const { api, get, post, token } = await start()
    const access = await token()
    await post('/sandbox/faults', { path: '/cgi-bin/getcallbackip', status: 502 })

    const bad = await get(`/cgi-bin/getcallbackip?access_token=${access}`)
    await post('/sandbox/faults', { path: 'getcallbackip', reset: true })

    expect(bad.status).toBe(502)
    await expect(api('getcallbackip')).rejects.toThrow()
    expect(await api('getcallbackip')).toMatchObject({ errcode: 0 })
  })

  it('loses the answer to what it did when told `after`', async () => {
    const { api, get, post } = await start()
    await post('/sandbox/faults', { path: 'message/send', reset: true, when: 'after' })

    await expect(api('message/send', text)).rejects.toThrow()

    const shown = await get('/sandbox/ui/messages?as=lihua&with=app')
    expect(await shown.json()).toMatchObject({ items: [{ text: '早' }] })
  })

  it('waits when told to, and is forgotten on DELETE', async () => {
    const { api, get, post } = await start()
    await post('/sandbox/faults', { path: '*', delayMs: 80, times: 100 })
    const before = performance.now()

    await api('getcallbackip')
    const took = performance.now() - before
    await get('/sandbox/faults', { method: 'DELETE' })

    expect(took).toBeGreaterThan(150)
    expect(await (await get('/sandbox/faults')).json()).toEqual({ items: [], nextCursor: null })
  })
})

describe('GET /sandbox/log', () => {
  it('holds each call with its answer’s code and without secrets', async () => {
    const { api, get, sandbox } = await start()

    await api('message/send', text)
    const log = (await (await get('/sandbox/log?after=1')).json()) as { items: object[] }

    expect(log.items).toMatchObject([
      {
        seq: 2,
        at: START,
        path: 'message/send',
        query: { access_token: '***' },
        body: text,
        errcode: 0,
      },
    ])
    expect(JSON.stringify(sandbox.log())).not.toContain(corp.agentSecret)
  })
})

describe('GET /sandbox/log in pages', () => {
  it('gives each call once, in their order', async () => {
    const { api, get, sandbox } = await start()
    for (let n = 0; n < 5; n += 1) await api('getcallbackip')
    const seen: number[] = []
    let pages = 0

    for (let cursor: string | null = ''; cursor !== null; pages += 1) {
      const answer = await get(`/sandbox/log?limit=3&cursor=${cursor}`)
      const page = (await answer.json()) as { items: { seq: number }[]; nextCursor: string | null }
      seen.push(...page.items.map(({ seq }) => seq))
      cursor = page.nextCursor
    }

    expect(seen).toEqual(sandbox.log().map(({ seq }) => seq))
    expect(pages).toBe(Math.ceil(seen.length / 3))
  })

  it.each(['cursor=x', 'after=-1', 'limit=0', 'limit=1.5'])('refuses %s', async (query) => {
    const { get } = await start()

    expect((await get(`/sandbox/log?${query}`)).status).toBe(400)
  })
})

describe('state', () => {
  it('survives a restart: clock, tokens, chats, tags and used task ids', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    const stateFile = join(folder, 'state.json')
    const first = await start({ stateFile })
    first.sandbox.clock.advance(3_600_000)
    const token = await first.token()
    await first.api('message/send', text)
    await first.api('externalcontact/mark_tag', {
      userid: 'wangxiaoming',
      external_userid: 'wmZhao',
      add_tag: ['etOld'],
    })
    await first.sandbox.close()

    const second = await start({ stateFile })

    expect(second.sandbox.clock.now().toISOString()).toBe('2026-11-22T02:00:00.000Z')
    expect(await second.token()).toBe(token)
    const shown = await second.get('/sandbox/ui/messages?as=lihua&with=app')
    expect(await shown.json()).toMatchObject({ items: [{ text: '早' }] })
    const zhao = await second.api('externalcontact/get', undefined, { external_userid: 'wmZhao' })
    expect(zhao['follow_user']).toMatchObject([{ tags: [{ tag_id: 'etOld' }] }])
    await second.sandbox.close()
    await rm(folder, { recursive: true })
  })

  it('is the first day’s again after a reset', async () => {
    const { api, get, post, token } = await start()
    const old = await token()
    await api('message/send', text)
    await post('/sandbox/clock', { advance: '1d' })

    await post('/sandbox/reset', {})

    expect(await (await get('/sandbox/clock')).json()).toMatchObject({ now: START })
    const shown = await get('/sandbox/ui/messages?as=lihua&with=app')
    expect(await shown.json()).toEqual({ items: [] })
    const refused = await get(`/cgi-bin/getcallbackip?access_token=${old}`)
    expect(await refused.json()).toMatchObject({ errcode: 40014 })
  })
})
