import { describe, expect, it } from 'vitest'
import { createQuota } from '../../sandbox/api/quota.ts'
import { corp, start } from './start.ts'

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
