import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditPage } from '../../server/api/audit/schema.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores
let headers: { cookie: string }

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  chain = await twoStores(db)
  headers = await signIn(test.app, chain.hq.userid)
})

const written = (parts: object = {}) =>
  db.prisma.auditLog.create({
    data: {
      at: new Date('2026-11-22T01:00:00Z'),
      actor: 'ChenJing',
      action: 'reveal_mobile',
      subject: `customer:${chain.customer.id}`,
      ...parts,
    },
  })
const get = (query = '', more: object = {}) =>
  test.app.inject({ url: `/api/audit${query}`, headers: { ...headers, ...more } })
const lines = async (query = '') => (await get(query)).json<AuditPage>().items

describe('the audit log', () => {
  it('says who did what about whom, in words', async () => {
    await written({ detail: { known: true } })
    await written({
      at: new Date('2026-11-22T02:00:00Z'),
      actor: 'operator',
      action: 'rename_tag',
      subject: 'tag:404',
      detail: { before: '茶', after: '茶饮' },
    })

    expect(await lines()).toMatchObject([
      {
        actor: 'operator',
        actorName: null,
        actionText: '改标签名',
        subjectName: null,
        note: '茶 → 茶饮',
      },
      { actorName: '陈静', actionText: '查看完整手机号', subjectName: '张晓雯', note: null },
    ])
    const english = await get('', { 'accept-language': 'en' })
    expect(english.json<AuditPage>().items[1]?.actionText).toBe('Looked at a whole mobile number')
  })

  it('never tells what an export searched for, nor a rule’s numbers', async () => {
    await written({
      action: 'customers.exported',
      detail: { filter: 'secret-filter', textEnc: 'secret-text', after: { params: 'secret-rule' } },
    })

    expect((await get()).body).not.toContain('secret')
    expect((await get('?format=csv')).body).not.toContain('secret')
  })

  it('comes page after page, newest first, each line once though many share a moment', async () => {
    for (let i = 0; i < 45; i++) await written({ subject: `tag:${i}` })

    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: AuditPage = (await get(cursor && `?cursor=${cursor}`)).json<AuditPage>()
      seen.push(...page.items.map(({ subject }) => subject))
      cursor = page.nextCursor
    }

    expect(seen).toEqual(Array.from({ length: 45 }, (_, i) => `tag:${44 - i}`))
  })

  it.each([
    ['?actor=陈静', 1],
    ['?actor=chenjing', 1],
    ['?actor=operator', 1],
    ['?actor=nobody', 0],
    ['?action=add_tag', 2],
    ['?subject=tag:1', 2],
    ['?actor=SunLi&action=add_tag', 1],
  ])('is narrowed by %s to %i', async (query, count) => {
    await written()
    await written({ actor: 'SunLi', action: 'add_tag', subject: 'tag:1' })
    await written({ actor: 'operator', action: 'add_tag', subject: 'tag:1' })

    expect(await lines(encodeURI(query))).toHaveLength(count)
  })

  it.each([
    ['2026-11-21T15:59:59.999Z', 0],
    ['2026-11-21T16:00:00.000Z', 1],
    ['2026-11-22T15:59:59.999Z', 1],
    ['2026-11-22T16:00:00.000Z', 0],
  ])('of a day has %s %i times: days are the business time zone’s', async (at, count) => {
    await written({ at: new Date(at) })

    expect(await lines('?from=2026-11-22&to=2026-11-22')).toHaveLength(count)
  })

  it.each([
    ['?from=2026-02-30', 'from'],
    ['?from=2026-11-23&to=2026-11-22', 'to'],
    ['?cursor=bad', 'cursor'],
  ])('refuses %s, naming the field', async (query, field) => {
    expect((await get(query)).json()).toMatchObject({ code: 'BAD_INPUT', field })
  })

  it('is taken out as a table, whole, and that is in the log too', async () => {
    for (let i = 0; i < 25; i++) await written({ subject: `tag:${i}` })
    await db.prisma.employee.update({ where: { id: chain.manager.id }, data: { name: '=1+1' } })

    const csv = await get('?format=csv&action=reveal_mobile')

    expect(csv.headers['content-type']).toContain('text/csv')
    const table = parse(csv.body, { bom: true, relax_column_count: true })
    expect(table).toHaveLength(1 + 25 + 1)
    expect(table[1]).toEqual([
      '2026-11-22T09:00:00+08:00',
      "'=1+1",
      'ChenJing',
      '查看完整手机号',
      'tag:24',
      '',
      '',
    ])
    expect(table.at(-1)).toEqual(['完，共 25 条'])
    expect((await lines('?action=audit.exported'))[0]).toMatchObject({ actor: 'ZongBu' })
  })

  it.each([
    ['', 'audit_log_at_id_idx'],
    ['?actor=ChenJing', 'audit_log_actor_at_id_idx'],
    ['?action=add_tag', 'audit_log_action_at_id_idx'],
    ['?subject=tag:1', 'audit_log_subject_at_id_idx'],
  ])('%s is read in the order of an index, without sorting the log', async (query, index) => {
    await db.pool.query(`
      insert into audit_log (at, actor, action, subject)
      select now() - n * interval '1 second', 'a' || n % 50, 'x' || n % 20, 'tag:' || n % 999
      from generate_series(1, 20000) n`)
    await db.pool.query('vacuum analyze audit_log')
    const before = await scansOf(index)

    await get(query)

    // a session tells what it did a second later at the latest
    await expect.poll(() => scansOf(index), { timeout: 10_000 }).toBeGreaterThan(before)
  })
})

async function scansOf(index: string): Promise<number> {
  const found = await db.pool.query<{ n: number }>(
    'select idx_scan::int as n from pg_stat_user_indexes where indexrelname = $1',
    [index],
  )
  return found.rows[0]?.n ?? 0
}
