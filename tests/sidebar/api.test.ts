import { describe, expect, it, vi } from 'vitest'
import { createApi } from '../../sidebar/api.ts'
import { createBusinessClock } from '../../sidebar/clock.ts'
import { createSignInOnce } from '../../sidebar/session.ts'
import { createFakeServer, offline, refusal } from './support/fake-server.ts'

describe('createApi', () => {
  it('turns a refusal into its code, sentence and request', async () => {
    const { fetch } = createFakeServer({
      'GET /api/customers/9': refusal(404, 'CUSTOMER_NOT_FOUND', '没有这位客户'),
    })
    const api = createApi({ fetch, language: 'zh-CN' })

    await expect(api.customer('9')).rejects.toMatchObject({
      status: 404,
      code: 'CUSTOMER_NOT_FOUND',
      message: '没有这位客户',
      requestId: 'req-1',
      passing: false,
    })
  })

  it('calls a lost connection OFFLINE and worth repeating', async () => {
    const { fetch } = createFakeServer({ 'GET /api/me': offline })
    const api = createApi({ fetch, language: 'zh-CN' })

    await expect(api.me()).rejects.toMatchObject({ code: 'OFFLINE', passing: true })
  })

  it('gives up on a server that never answers', async () => {
    const api = createApi({
      fetch: (_, init) =>
        new Promise((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
      language: 'zh-CN',
      timeoutMs: 5,
    })

    await expect(api.me()).rejects.toMatchObject({ code: 'TIMED_OUT', passing: true })
  })

  it('takes a proxy’s page for an unreadable answer and keeps its status', async () => {
    const api = createApi({
      fetch: async () => new Response('<html>Bad gateway</html>', { status: 502 }),
      language: 'zh-CN',
    })

    await expect(api.me()).rejects.toMatchObject({ code: 'UNREADABLE', status: 502 })
  })

  it('says once that nobody is signed in, and asks in the page’s language', async () => {
    const { fetch } = createFakeServer({ 'GET /api/me': refusal(401, 'NOT_SIGNED_IN', '请先登录') })
    const spy = vi.fn(fetch)
    const onSignedOut = vi.fn()
    const api = createApi({ fetch: spy, language: 'en', onSignedOut })

    await expect(api.me()).rejects.toMatchObject({ status: 401 })

    expect(onSignedOut).toHaveBeenCalledOnce()
    expect(spy.mock.calls[0]?.[1]?.headers).toMatchObject({ 'accept-language': 'en' })
  })
})

describe('createSignInOnce', () => {
  function aBrowser(now: () => number) {
    const kept = new Map<string, string>()
    const went: string[] = []
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
    const open = () =>
      createSignInOnce({ store, now, path: () => '/desk?task=5', go: (to) => void went.push(to) })
    return { open, went }
  }

  it('goes to sign-in once, however many calls fail, and back to the same address', () => {
    const { open, went } = aBrowser(() => 1_000_000)
    const signIn = open()

    signIn()
    signIn()

    expect(went).toEqual(['/auth/login?to=%2Fdesk%3Ftask%3D5'])
  })

  it('does not go in circles when sign-in leads straight back to a 401', () => {
    let now = 1_000_000
    const { open, went } = aBrowser(() => now)

    open()()
    now += 5_000
    open()()
    expect(went).toHaveLength(1)
    now += 60_000
    open()()

    expect(went).toHaveLength(2)
  })
})

describe('createBusinessClock', () => {
  it('follows the server’s time and zone', () => {
    const clock = createBusinessClock(() => Date.parse('2026-01-01T00:00:00Z'))

    clock.learn(new Headers({ 'x-now': '2026-11-22T03:10:00Z', 'x-time-zone': 'Asia/Tokyo' }))

    expect(clock.now().toISOString()).toBe('2026-11-22T03:10:00.000Z')
    expect(clock.zone).toBe('Asia/Tokyo')
  })

  it('keeps the device’s time and its zone when the server tells none or nonsense', () => {
    const clock = createBusinessClock(() => 1000)

    clock.learn(new Headers({ 'x-now': 'soon', 'x-time-zone': 'Mars/Base' }))

    expect(clock.now().getTime()).toBe(1000)
    expect(clock.zone).toBe('Asia/Shanghai')
  })
})
