import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApiKey } from '../../bot/members/api-keys.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let headers: { cookie: string }

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  headers = await signIn(test.app, (await twoStores(db)).hq.userid)
})

const list = async () => (await test.app.inject({ url: '/api/keys', headers })).body
const make = (name: string) =>
  test.app.inject({ method: 'POST', url: '/api/keys', headers, payload: { name } })
const end = (name: string) =>
  test.app.inject({ method: 'DELETE', url: `/api/keys/${encodeURIComponent(name)}`, headers })
const opens = async (key: string) =>
  (
    await test.app.inject({
      url: '/open/v1/webhooks',
      headers: { authorization: `Bearer ${key}` },
    })
  ).statusCode === 200

describe('keys of the open API in the console', () => {
  it('are shown once, open the door, and never come back', async () => {
    const made = await make('收银 POS 1')
    const { key } = made.json<{ key: string }>()

    expect(made.statusCode).toBe(201)
    expect(made.headers['cache-control']).toBe('no-store')
    expect(await opens(key)).toBe(true)
    expect(await list()).toContain('收银 POS 1')
    const { hash } = await db.prisma.apiKey.findFirstOrThrow()
    for (const secret of [
      key,
      Buffer.from(hash).toString('hex'),
      Buffer.from(hash).toString('base64'),
    ]) {
      expect(await list()).not.toContain(secret)
    }
  })

  it('open nothing from the moment they are revoked, and can’t be revoked twice', async () => {
    const { key } = (await make('erp')).json<{ key: string }>()

    expect((await end('erp')).statusCode).toBe(204)
    expect(await opens(key)).toBe(false)
    expect((await end('erp')).json()).toMatchObject({ code: 'API_KEY_NOT_FOUND' })
  })

  it('are the same as those of the command, with who made and ended them written down', async () => {
    await createApiKey(db.prisma, 'by-hand', new Date('2026-11-01T00:00:00Z'))
    await make('erp')
    await end('by-hand')

    expect(await db.prisma.auditLog.findMany({ orderBy: { id: 'asc' } })).toMatchObject([
      { actor: 'operator', action: 'api_key.create', subject: 'by-hand' },
      { actor: 'ZongBu', action: 'api_key.create', subject: 'erp' },
      { actor: 'ZongBu', action: 'api_key.revoke', subject: 'by-hand' },
    ])
  })

  it('refuse a name that is or was in use, and one that can’t be one, at its field', async () => {
    await make('erp')
    await end('erp')

    expect((await make('erp')).json()).toMatchObject({ code: 'API_KEY_NAME_TAKEN' })
    expect((await make(' erp')).json()).toMatchObject({ code: 'BAD_INPUT', field: 'name' })
    expect(await db.prisma.apiKey.count()).toBe(1)
  })
})

describe('subscriptions in the console', () => {
  const subscribe = (url: string, events = ['task.created']) =>
    test.app.inject({ method: 'POST', url: '/api/webhooks', headers, payload: { url, events } })
  const all = async () => (await test.app.inject({ url: '/api/webhooks', headers })).body

  it('show their secret once, and end', async () => {
    const made = await subscribe('https://crm.example.com/hook?token=hidden')
    const { id, secret } = made.json<{ id: string; secret: string }>()

    expect(secret).toMatch(/^whsec_/)
    expect(await all()).toContain('crm.example.com')
    expect(await all()).not.toContain(secret)
    const ended = await test.app.inject({ method: 'DELETE', url: `/api/webhooks/${id}`, headers })
    expect(ended.statusCode).toBe(204)
    expect(await all()).not.toContain('crm.example.com')
    const log = await db.prisma.auditLog.findMany({ orderBy: { id: 'asc' } })
    expect(log).toMatchObject([
      { actor: 'ZongBu', action: 'webhook.create', subject: `webhook:${id}` },
      { actor: 'ZongBu', action: 'webhook.remove', subject: `webhook:${id}` },
    ])
    expect(JSON.stringify(log.map(({ detail }) => detail))).not.toContain('hidden')
  })

  it('keep to the open API’s rules', async () => {
    expect((await subscribe('http://10.0.0.1/')).json()).toMatchObject({
      code: 'WEBHOOK_URL_REFUSED',
      field: 'url',
    })
    await subscribe('https://crm.example.com/')
    expect((await subscribe('https://crm.example.com/')).json()).toMatchObject({
      code: 'WEBHOOK_EXISTS',
    })
    const missing = await test.app.inject({ method: 'DELETE', url: '/api/webhooks/9', headers })
    expect(missing.json()).toMatchObject({ code: 'WEBHOOK_NOT_FOUND' })
  })
})
