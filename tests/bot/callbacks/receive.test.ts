import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createReceiver, type Receiver } from '../../../bot/callbacks/receive.ts'
import { createMetrics } from '../../../bot/metrics.ts'
import { openDatabase } from '../../../prisma/db.ts'
import { CALLBACK_JOBS } from '../../../scripts/support/callback-jobs.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { SAMPLE, V1, V2 } from '../wecom/vectors.ts'
import { callbackRequest, eventXml } from './callback-request.ts'

const db = useDatabase()
let metrics: ReturnType<typeof createMetrics>
let receiver: Receiver

beforeEach(async () => {
  await emptyDatabase(db)
  metrics = createMetrics()
  receiver = createReceiver({ pool: db.pool, ...SAMPLE, metrics })
})

const v2Query = { msg_signature: V2.signature, timestamp: V2.timestamp, nonce: V2.nonce }
const v2Body = `<xml><ToUserName><![CDATA[${SAMPLE.corpId}]]></ToUserName><Encrypt><![CDATA[${V2.encrypt}]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>`

async function inbox(): Promise<{ id: string; xml: string; corp_id: string; trace_id: string }[]> {
  const { rows } = await db.pool.query(
    'select id::text, xml, corp_id, trace_id from inbox order by id',
  )
  return rows
}

async function jobs(): Promise<{ task: string; inboxId: string; priority: number }[]> {
  const { rows } = await db.pool.query(
    `select t.identifier as task, c.inbox_id as "inboxId", j.priority
     from ${CALLBACK_JOBS} c join graphile_worker._private_jobs j on j.id = c.job_id
       join graphile_worker._private_tasks t on t.id = j.task_id order by c.inbox_id::bigint`,
  )
  return rows
}

async function counted(result: string): Promise<number> {
  const { values } = await metrics.callbacks.get()
  return values.find(({ labels }) => labels.result === result)?.value ?? 0
}

describe('verifying the address', () => {
  const query = { msg_signature: V1.signature, timestamp: V1.timestamp, nonce: V1.nonce }

  it('answers the decrypted text of V1', () => {
    expect(receiver.verifyUrl({ ...query, echostr: V1.echostr })).toBe(V1.message)
  })

  it('answers where a + became a space on the way', () => {
    expect(receiver.verifyUrl({ ...query, echostr: V1.echostr.replaceAll('+', ' ') })).toBe(
      V1.message,
    )
  })

  it.each([
    ['another signature', { msg_signature: V2.signature }],
    ['no signature', { msg_signature: undefined }],
    ['a signature given twice', { msg_signature: [V1.signature, V1.signature] }],
    ['no timestamp', { timestamp: undefined }],
    ['no nonce', { nonce: '' }],
    ['no echostr', { echostr: undefined }],
    ['another echostr', { echostr: V2.encrypt }],
  ])('answers nothing to %s', (_name, change) => {
    expect(receiver.verifyUrl({ ...query, echostr: V1.echostr, ...change })).toBeNull()
  })
})

describe('a delivery', () => {
  it('of V2 is one inbox row with its job', async () => {
    const result = await receiver.receive(v2Query, v2Body)

    expect(result).toBe('stored')
    const rows = await inbox()
    expect(rows).toMatchObject([{ xml: V2.message, corp_id: SAMPLE.corpId }])
    expect(rows[0]?.trace_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await jobs()).toEqual([{ task: 'callback', inboxId: rows[0]?.id, priority: 0 }])
  })

  it('that is repeated is acknowledged and changes nothing', async () => {
    const xml = eventXml(1)
    const first = callbackRequest(xml)
    const again = callbackRequest(xml)

    const results = [
      await receiver.receive(first.query, first.body),
      await receiver.receive(again.query, again.body),
    ]

    expect(results).toEqual(['stored', 'repeated'])
    expect(await inbox()).toHaveLength(1)
    expect(await jobs()).toHaveLength(1)
    expect([await counted('stored'), await counted('repeated')]).toEqual([1, 1])
  })

  it('with a welcome code goes to the front', async () => {
    const normal = callbackRequest(eventXml(1))
    const welcome = callbackRequest(eventXml(2, '<WelcomeCode><![CDATA[code]]></WelcomeCode>'))

    await receiver.receive(normal.query, normal.body)
    await receiver.receive(welcome.query, welcome.body)

    expect(await jobs()).toMatchObject([
      { task: 'callback', priority: 0 },
      { task: 'welcome', priority: -10 },
    ])
  })

  it('is the same whatever the unsigned part of its envelope says', async () => {
    const forged = v2Body.replace(SAMPLE.corpId, 'ww_somebody_else').replace('218', '999')

    expect(await receiver.receive(v2Query, forged)).toBe('stored')
    expect(await inbox()).toMatchObject([{ corp_id: SAMPLE.corpId, xml: V2.message }])
  })

  it.each([
    ['NUL', 'a\0b', 'ab'],
    ['a lone high byte', Buffer.from([0x61, 0xff, 0x62]), 'a\uFFFDb'],
    ['half a character', Buffer.from([0x61, 0xe4, 0xbc]), 'a\uFFFD'],
    ['emoji', '生日 🎂', '生日 🎂'],
    ['broken XML', '<xml><a></xml', '<xml><a></xml'],
    ['an entity bomb', '<!DOCTYPE x [<!ENTITY a "b">]>&a;', '<!DOCTYPE x [<!ENTITY a "b">]>&a;'],
    ['nothing at all', '', ''],
  ])('that holds %s is stored as text', async (_name, message, stored) => {
    // the package takes what Buffer.from takes; bytes are cast for the sake of the test
    const { query, body } = callbackRequest(message as string)

    expect(await receiver.receive(query, body)).toBe('stored')
    expect((await inbox()).map(({ xml }) => xml)).toEqual([stored])
  })

  it.each([
    ['bad_signature', 'another signature', { ...v2Query, msg_signature: V1.signature }, v2Body],
    ['bad_signature', 'no signature', { timestamp: V2.timestamp, nonce: V2.nonce }, v2Body],
    ['bad_signature', 'no timestamp', { msg_signature: V2.signature, nonce: V2.nonce }, v2Body],
    ['bad_signature', 'a nonce given twice', { ...v2Query, nonce: [V2.nonce, V2.nonce] }, v2Body],
    ['bad_body', 'nothing', v2Query, ''],
    ['bad_body', 'no envelope', v2Query, '<xml></xml>'],
    ['bad_body', 'JSON', v2Query, '{"a":1}'],
    ['bad_body', 'bytes', v2Query, randomBytes(1000).toString('utf8')],
  ])('is %s: %s', async (result, _name, query, body) => {
    expect(await receiver.receive(query, body)).toBe(result)
    expect(await counted(result)).toBe(1)
    expect(await inbox()).toHaveLength(0)
  })

  it.each([
    ['another corp', { corpId: 'ww_somebody_else' }],
    ['another key', { aesKey: 'a'.repeat(42) + 'A' }],
  ])('is bad_cipher: signed with our token, encrypted for %s', async (_name, change) => {
    const { query, body } = callbackRequest(eventXml(1), change)

    expect(await receiver.receive(query, body)).toBe('bad_cipher')
    expect(await counted('bad_cipher')).toBe(1)
    expect(await inbox()).toHaveLength(0)
  })

  it('of a stranger is never stored and never breaks us', async () => {
    const query = fc.dictionary(
      fc.constantFrom('msg_signature', 'timestamp', 'nonce', 'x'),
      fc.anything(),
    )
    const body = fc.oneof(
      fc.string(),
      fc.string().map((text) => `<Encrypt>${text}</Encrypt>`),
      fc.base64String().map((text) => `<Encrypt>${text}</Encrypt>`),
    )
    await fc.assert(
      fc.asyncProperty(query, body, async (q, b) => {
        expect(await receiver.receive(q, b)).toMatch(/^bad_/)
      }),
      { numRuns: 500 },
    )

    expect(await inbox()).toHaveLength(0)
  })
})

describe('500 deliveries at once', () => {
  it('with repeats, at two processes, leave one row and one job each', async () => {
    const other = openDatabase(db.url)
    const second = createReceiver({ pool: other.pool, ...SAMPLE, metrics })
    const events = Array.from({ length: 150 }, (_, i) => eventXml(i))
    const requests = Array.from({ length: 500 }, (_, i) =>
      callbackRequest(events[i % events.length] ?? ''),
    )

    const results = await Promise.all(
      requests.map(({ query, body }, i) => (i % 2 === 0 ? receiver : second).receive(query, body)),
    )
    await other.close()

    expect(results.every((result) => result === 'stored' || result === 'repeated')).toBe(true)
    const rows = await inbox()
    expect(rows.map(({ xml }) => xml).toSorted()).toEqual(events.toSorted())
    expect((await jobs()).map(({ inboxId }) => inboxId).toSorted()).toEqual(
      rows.map(({ id }) => id).toSorted(),
    )
    expect([await counted('stored'), await counted('repeated')]).toEqual([150, 350])
  })
})
