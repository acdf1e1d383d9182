import { describe, expect, it } from 'vitest'
import Fastify from 'fastify'
import { ApiError } from '../../sandbox/api/api-error.ts'
import { createFaults } from '../../sandbox/api/faults.ts'
import { createQuota } from '../../sandbox/api/quota.ts'
import { apiRoutes } from '../../sandbox/api/routes.ts'
import { createClock } from '../../sandbox/core/clock.ts'
import { createLive } from '../../sandbox/core/live.ts'
import { createSlidingWindows } from '../../sandbox/core/sliding-window.ts'
import { stateFromSeed } from '../../sandbox/core/state.ts'
import type { World } from '../../sandbox/core/world.ts'
import { corp, START, start } from './start.ts'

describe('gettoken', () => {
  it('gives the same token while it lives and another after 7200 seconds', async () => {
    const { sandbox, token } = await start()

    const first = await token()
    sandbox.clock.advance(7_199_000)
    const same = await token()
    sandbox.clock.advance(2000)
    const other = await token()

    expect(same).toBe(first)
    expect(other).not.toBe(first)
  })

  it.each([
    ['', 41002],
    [`corpid=${corp.corpId}`, 41004],
    [`corpid=ww9&corpsecret=x`, 40013],
    [`corpid=${corp.corpId}&corpsecret=wrong`, 40001],
  ])('refuses %s with %i', async (query, errcode) => {
    const { get } = await start()

    const answer = await get(`/cgi-bin/gettoken?${query}`)

    expect(await answer.json()).toMatchObject({ errcode })
  })
})

describe('every other call', () => {
  it('wants a token that is known and alive', async () => {
    const { get, sandbox, token } = await start()
    const path = '/cgi-bin/getcallbackip'
    const old = await token()

    const none = await get(path)
    const unknown = await get(`${path}?access_token=nobody`)
    sandbox.clock.advance(7_200_000)
    const expired = await get(`${path}?access_token=${old}`)

    expect(await none.json()).toMatchObject({ errcode: 41001 })
    expect(await unknown.json()).toMatchObject({ errcode: 40014 })
    expect(await expired.json()).toMatchObject({ errcode: 42001 })
  })

  it('is refused at an unknown address, by the wrong method and with a body that is no JSON object', async () => {
    const { api, get, token } = await start()
    const query = `access_token=${await token()}`
    const send = (body: string) =>
      get(`/cgi-bin/message/send?${query}`, { method: 'POST', body }).then((a) => a.json())

    expect((await get(`/cgi-bin/nope?${query}`)).status).toBe(404)
    expect(await api('externalcontact/mark_tag')).toMatchObject({ errcode: 40058 })
    expect(await api('user/get', {}, { userid: 'lihua' })).toMatchObject({ errcode: 43001 })
    expect(await send('{')).toMatchObject({ errcode: 47001 })
    expect(await send('[]')).toMatchObject({ errcode: 47001 })
    expect(await send('{"msgtype":"\\u5f20"}')).toMatchObject({ errcode: 40033 })
  })

  it('is refused for a minute after 10 000 of one API within one, other APIs are not', () => {
    const quota = createQuota()
    for (let n = 0; n < 10_000; n += 1) quota.take('user/get', n)
    const take = (path: string, now: number) => () => quota.take(path, now)

    expect(take('user/get', 59_000)).toThrow(expect.objectContaining({ errcode: 45009 }))
    expect(take('user/get', 118_000)).toThrow(expect.objectContaining({ errcode: 45009 }))
    expect(take('user/list', 118_000)).not.toThrow()
    expect(take('user/get', 119_000)).not.toThrow()
  })
})

/** a company with a known token, a code of now and one of six minutes ago */
function aWorld(): World {
  const now = Date.parse(START)
  const nothing = { members: [], customers: [], relations: [], tagGroups: [] }
  return {
    state: {
      ...stateFromSeed(nothing, now),
      tokens: [{ token: 'known', expiresAt: now + 60_000 }],
      oauthCodes: {
        good: { userid: 'lihua', at: now },
        old: { userid: 'lihua', at: now - 360_000 },
      },
    },
    clock: createClock(() => new Date(START)),
    corp,
    appUrl: new URL('http://127.0.0.1:7300'),
    log: { info: () => undefined, warn: () => undefined },
    live: createLive(),
    calls: [],
    windows: createSlidingWindows(),
    emit: () => undefined,
    touched: () => undefined,
  }
}

describe('frequency limits', () => {
  const refused = expect.objectContaining({ errcode: 45009 })

  it('refuse an API for an hour after 150 000 within one', () => {
    const quota = createQuota()
    for (let n = 0; n < 150_000; n += 1) quota.take('user/get', n * 20)
    const take = (path: string, now: number) => () => quota.take(path, now)

    expect(take('user/get', 3_500_000)).toThrow(refused)
    expect(take('user/get', 3_500_000 + 3_599_999)).toThrow(refused)
    expect(take('user/list', 3_500_000)).not.toThrow()
    expect(take('user/get', 3_500_000 + 3_600_000)).not.toThrow()
  })

  it('do not count app messages, which have limits of their own', () => {
    const quota = createQuota()

    for (let n = 0; n < 10_001; n += 1) quota.take('message/send', n)

    expect(() => quota.take('message/send', 10_001)).not.toThrow()
  })

  it('never refuse a sign-in with a valid code', async () => {
    const spent: string[] = []
    const quota = {
      take: (path: string) => {
        spent.push(path)
        throw new ApiError(45009, 'reach max api minute quota limit')
      },
      clear: () => undefined,
    }
    const world = aWorld()
    const app = Fastify()
    apiRoutes(app, { world, faults: createFaults(), quota })
    const signIn = async (code: string) => {
      const url = `/cgi-bin/auth/getuserinfo?access_token=known&code=${code}`
      return (await app.inject({ url })).json<object>()
    }

    expect(await signIn('good')).toMatchObject({ errcode: 0, userid: 'lihua' })
    expect(await signIn('good')).toMatchObject({ errcode: 45009 })
    expect(await signIn('old')).toMatchObject({ errcode: 45009 })
    expect(spent).toEqual(['auth/getuserinfo', 'auth/getuserinfo'])
    await app.close()
  })

  it('block an address for an hour after many wrong secrets, also for the right one', async () => {
    const { get, sandbox } = await start()
    const ask = async (secret: string) => {
      const answer = await get(`/cgi-bin/gettoken?corpid=${corp.corpId}&corpsecret=${secret}`)
      return ((await answer.json()) as { errcode: number }).errcode
    }
    const wrong = []
    for (let n = 0; n < 20; n += 1) wrong.push(await ask('wrong'))

    const blocked = await ask(corp.agentSecret)
    sandbox.clock.advance(3_600_000)

    expect(new Set(wrong)).toEqual(new Set([40001]))
    expect(blocked).toBe(45009)
    expect(await ask(corp.agentSecret)).toBe(0)
  })
})

describe('JS tickets', () => {
  it('differ by kind and stay the same while they live', async () => {
    const { api } = await start()

    const corpTicket = await api('get_jsapi_ticket')
    const again = await api('get_jsapi_ticket')
    const agentTicket = await api('ticket/get', undefined, { type: 'agent_config' })

    expect(corpTicket).toMatchObject({ errcode: 0, expires_in: 7200 })
    expect(again['ticket']).toBe(corpTicket['ticket'])
    expect(agentTicket['ticket']).not.toBe(corpTicket['ticket'])
  })

  it('are refused after 100 an hour', async () => {
    const { api } = await start()
    for (let n = 0; n < 100; n += 1) await api('get_jsapi_ticket')

    expect(await api('get_jsapi_ticket')).toMatchObject({ errcode: 45009 })
  })
})
