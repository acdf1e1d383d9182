import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WecomError } from '../../bot/wecom/error-table.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, cookieOf, signIn, signInWecom, type TestApp } from '../support/test-app.ts'

const db = useDatabase()
let test: TestApp

beforeAll(async () => {
  test = await buildTestApp(db, {
    wecom: signInWecom((path, input) => {
      if (!path.endsWith('/auth/getuserinfo')) return undefined
      if (input['code'] === 'stranger') return { errcode: 0, openid: 'o1' }
      if (input['code'] === 'used') throw new WecomError({ errcode: 40029, path })
      throw new WecomError({ errcode: -1, path })
    }),
  })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  await db.prisma.employee.createMany({
    data: [
      { userid: 'WangXiaoMing', useridKey: 'wangxiaoming', name: '王小明' },
      { userid: 'gone', useridKey: 'gone', name: '离职', active: false },
      { userid: 'boss', useridKey: 'boss', name: '店长', role: 'manager', storeNo: 'S1' },
    ],
  })
})

const inject = (url: string, headers: Record<string, string> = {}) =>
  test.app.inject({ url, headers })

async function begin(to = '/desk') {
  const answer = await inject(`/auth/login?to=${encodeURIComponent(to)}`)
  const state = new URL(String(answer.headers.location)).searchParams.get('state') ?? ''
  return { state, cookie: cookieOf(answer) }
}

describe('GET /auth/login', () => {
  it('leads to OAuth inside WeCom', async () => {
    const answer = await inject('/auth/login?to=/desk', {
      'user-agent': 'Mozilla/5.0 wxwork/4.1 MicroMessenger/7.0',
    })

    const url = new URL(String(answer.headers.location))
    expect(answer.statusCode).toBe(302)
    expect(`${url.origin}${url.pathname}`).toBe(
      'https://open.weixin.qq.com/connect/oauth2/authorize',
    )
    expect(url.hash).toBe('#wechat_redirect')
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      appid: 'ww0000000000000001',
      redirect_uri: 'http://127.0.0.1:7300/auth/callback',
      response_type: 'code',
      scope: 'snsapi_base',
      agentid: '1000002',
      state: expect.stringMatching(/^[a-zA-Z0-9]{32}$/) as string,
    })
  })

  it('leads to the login of WeCom in any other browser', async () => {
    const answer = await inject('/auth/login')

    const url = new URL(String(answer.headers.location))
    expect(`${url.origin}${url.pathname}`).toBe(
      'https://login.work.weixin.qq.com/wwlogin/sso/login',
    )
    expect(url.searchParams.get('login_type')).toBe('CorpApp')
  })

  it.each([
    'https://evil.example',
    '//evil.example/x',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/desk/..//evil.example',
    '/%2e//evil.example',
    'desk',
    'javascript:alert(1)',
  ])('refuses to go to %j afterwards', async (to) => {
    const answer = await inject(`/auth/login?to=${encodeURIComponent(to)}`)

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field: 'to' })
  })

  it('seals the session in a cookie that scripts and other sites do not get', async () => {
    const answer = await inject('/auth/login')

    expect(answer.cookies[0]).toMatchObject({
      name: 'guide_session',
      httpOnly: true,
      sameSite: 'Lax',
      path: '/',
      maxAge: 43_200,
    })
    expect(answer.cookies[0]?.value).not.toContain('pending')
  })
})

describe('GET /auth/callback', () => {
  it('signs in and goes to where the person wanted to go', async () => {
    const { state, cookie } = await begin('/desk?bucket=today#x')

    const answer = await inject(`/auth/callback?code=code-of-wangxiaoming&state=${state}`, {
      cookie,
    })

    expect(answer.statusCode).toBe(302)
    expect(answer.headers.location).toBe('/desk?bucket=today#x')
    const me = await inject('/api/me', { cookie: cookieOf(answer) })
    expect(me.json()).toMatchObject({ userid: 'WangXiaoMing', role: 'guide' })
  })

  it('takes a state once', async () => {
    const { state, cookie } = await begin()
    const url = `/auth/callback?code=code-of-wangxiaoming&state=${state}`
    const first = await inject(url, { cookie })

    const again = await inject(url, { cookie: cookieOf(first) })

    expect(again.statusCode).toBe(401)
    expect(again.json()).toMatchObject({ code: 'SIGN_IN_REFUSED' })
  })

  it('refuses a state of another browser', async () => {
    const { state } = await begin()

    const answer = await inject(`/auth/callback?code=code-of-wangxiaoming&state=${state}`)

    expect(answer.statusCode).toBe(401)
  })

  it.each([
    ['stranger', 403, 'NOT_AN_EMPLOYEE'],
    ['code-of-gone', 403, 'NOT_AN_EMPLOYEE'],
    ['code-of-nobody', 403, 'NOT_AN_EMPLOYEE'],
    ['used', 401, 'SIGN_IN_REFUSED'],
    ['wecom-is-busy', 502, 'WECOM_UNAVAILABLE'],
  ])('answers the code %s with %i %s', async (code, status, expected) => {
    const { state, cookie } = await begin()

    const answer = await inject(`/auth/callback?code=${code}&state=${state}`, { cookie })

    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject({ code: expected })
    expect((await inject('/api/me', { cookie: cookieOf(answer) })).statusCode).toBe(401)
  })

  it('shows people a page with a way to try again', async () => {
    const { state, cookie } = await begin()

    const answer = await inject(`/auth/callback?code=stranger&state=${state}`, {
      cookie,
      accept: 'text/html,*/*',
    })

    expect(answer.statusCode).toBe(403)
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.body).toContain('重试')
    expect(answer.body).not.toMatch(/style=|<style|<script/)
  })
})

describe('a session', () => {
  it('ends at once when the person leaves', async () => {
    const headers = await signIn(test.app, 'wangxiaoming')
    await db.prisma.employee.update({
      where: { useridKey: 'wangxiaoming' },
      data: { active: false },
    })

    const answer = await inject('/api/me', headers)

    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'NOT_SIGNED_IN' })
  })

  it('ends with POST /auth/logout', async () => {
    const headers = await signIn(test.app, 'wangxiaoming')

    const answer = await test.app.inject({ method: 'POST', url: '/auth/logout', headers })

    expect(answer.statusCode).toBe(204)
    expect(answer.cookies[0]).toMatchObject({ name: 'guide_session', value: '' })
  })

  it('is not taken from a changed cookie', async () => {
    const { cookie } = await signIn(test.app, 'wangxiaoming')
    const changed = cookie.replace(/.(?=.{20}$)/, (letter) => (letter === 'A' ? 'B' : 'A'))

    expect((await inject('/api/me', { cookie: changed })).statusCode).toBe(401)
  })
})

describe('pages', () => {
  it.each(['/sidebar?x=1', '/desk', '/console', '/'])(
    '%s leads through the sign-in and back',
    async (page) => {
      const answer = await inject(page)

      expect(answer.headers.location).toBe(`/auth/login?to=${encodeURIComponent(page)}`)
    },
  )

  it.each([
    ['wangxiaoming', '/desk'],
    ['boss', '/console'],
  ])('/ sends %s to %s', async (userid, page) => {
    const headers = await signIn(test.app, userid)

    expect((await inject('/', headers)).headers.location).toBe(page)
  })
})
