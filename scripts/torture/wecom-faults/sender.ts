import { pino } from 'pino'
import type { BotDeps } from '../../../bot/deps.ts'
import { createDataCipher } from '../../../bot/members/data-cipher.ts'
import { deliverOutbox } from '../../../bot/messages/deliver.ts'
import { addToOutbox, type OutboxKind } from '../../../bot/messages/outbox.ts'
import { createMetrics } from '../../../bot/metrics.ts'
import { createWecom } from '../../../bot/wecom/client.ts'
import type { Database } from '../../../prisma/db.ts'
import { systemClock } from '../../support/open.ts'
import { inParallel } from '../support/deliver.ts'

/** The assistant's own delivery against a WeCom, with the job queue's part played by whoever calls `deliver`. */
export interface Sender {
  deps: BotDeps
  /** rows of one kind, each to a member or customer of its own; answers their ids */
  add: (kind: 'app_message' | 'welcome', name: string, count: number) => Promise<bigint[]>
  /** one try of each row that has not ended, `width` at a time */
  deliver: (ids: readonly bigint[], width: number) => Promise<void>
  /** how the rows stand: by state, and how many stand there without a reason */
  standing: (ids: readonly bigint[]) => Promise<Standing>
  /** the limiter's minute, or hour, is over, and its block */
  letHourPass: () => Promise<void>
}

export interface Standing {
  sent: number
  failed: number
  waiting: number
  /** failed or waiting without anything that says why, or in the middle of a call */
  unexplained: number
}

/** @param options.timeLimitMs how long the client waits for an answer */
export function createSender(
  db: Database,
  options: { apiUrl: string; timeLimitMs: number },
): Sender {
  const log = pino({ level: 'silent' })
  const metrics = createMetrics()
  const cipher = createDataCipher('11'.repeat(32))
  const corpId = 'ww0000000000000001'
  const wecom = createWecom({
    db,
    clock: systemClock,
    log,
    metrics,
    cipher,
    corpId,
    agentSecret: 'not a secret',
    ...options,
  })
  const deps: BotDeps = {
    db,
    clock: systemClock,
    log,
    metrics,
    wecom,
    cipher,
    corpId,
    agentId: 1_000_002,
    publicUrl: 'http://127.0.0.1:1',
    zone: 'Asia/Shanghai',
    scanAt: '08:55',
    pushAt: '09:00',
  }
  const open = async (ids: readonly bigint[]): Promise<bigint[]> => {
    const rows = await db.prisma.outbox.findMany({
      where: { id: { in: [...ids] }, state: { in: ['pending', 'sending'] } },
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  }
  return {
    deps,
    add: async (kind, name, count) => {
      const rows = Array.from({ length: count }, (_, n) => ({
        kind: kind satisfies OutboxKind,
        dedupeKey: `${name} ${n}`,
        recipient: `${name}-${n}`,
        payload: payloadOf(kind, `${name} ${n}`),
        traceId: `${name}-${n}`,
      }))
      await addToOutbox(db.prisma, systemClock.now(), rows)
      const found = await db.prisma.outbox.findMany({
        where: { dedupeKey: { in: rows.map(({ dedupeKey }) => dedupeKey) } },
        select: { id: true },
      })
      return found.map(({ id }) => id)
    },
    deliver: async (ids, width) => {
      // what is to be tried again is thrown for the job's back-off: here for the next round
      await inParallel(await open(ids), width, (id) =>
        deliverOutbox(deps, id).catch(() => undefined),
      )
    },
    standing: (ids) => standingOf(db, ids),
    letHourPass: async () => {
      await db.pool.query('delete from wecom_quota')
      await db.pool.query(
        `update wecom_block set blocked_until = clock_timestamp() - interval '1 second'`,
      )
    },
  }
}

function payloadOf(kind: 'app_message' | 'welcome', text: string): object {
  return kind === 'welcome'
    ? { welcomeCode: text, text: 'hello' }
    : { msgtype: 'text', text: { content: text } }
}

async function standingOf(db: Database, ids: readonly bigint[]): Promise<Standing> {
  const { rows } = await db.pool.query<Standing>(
    `select count(*) filter (where state = 'sent')::int as sent,
       count(*) filter (where state in ('failed', 'cancelled'))::int as failed,
       count(*) filter (where state = 'pending')::int as waiting,
       count(*) filter (where state = 'sending'
         or state <> 'sent' and last_error is null)::int as unexplained
     from outbox where id = any($1::bigint[])`,
    [ids.map(String)],
  )
  return rows[0] ?? { sent: 0, failed: 0, waiting: 0, unexplained: 0 }
}
