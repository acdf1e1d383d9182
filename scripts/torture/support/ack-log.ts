import pg from 'pg'
import { CALLBACK_JOBS } from '../../support/callback-jobs.ts'

const ACKED = 0x80
/** deliveries of one event: WeCom repeats it up to three times (wecom-protocol 1.3) */
const DELIVERIES = 4

/** What the sender knows of each event it sent, as WeCom would: how often, and whether it was acknowledged. */
export interface AckLog {
  /** a new event's number */
  next: () => number
  /** notes a delivery; false when the event was delivered as often as WeCom does */
  deliver: (id: number) => boolean
  ack: (id: number) => void
  isAcked: (id: number) => boolean
  /** events that were delivered and not acknowledged, and may be delivered again */
  unacked: () => number[]
  sent: () => number
  acked: () => number
}

/** Makes an empty log; events are numbered from 1. */
export function createAckLog(): AckLog {
  let states = new Uint8Array(1 << 16)
  let last = 0
  let acked = 0
  return {
    next: () => {
      last += 1
      if (last >= states.length) {
        const grown = new Uint8Array(states.length * 2)
        grown.set(states)
        states = grown
      }
      return last
    },
    deliver: (id) => {
      const times = (states[id] ?? 0) & ~ACKED
      if (times >= DELIVERIES) return false
      states[id] = (states[id] ?? 0) + 1
      return true
    },
    ack: (id) => {
      if (((states[id] ?? 0) & ACKED) === 0) acked += 1
      states[id] = (states[id] ?? 0) | ACKED
    },
    isAcked: (id) => ((states[id] ?? 0) & ACKED) !== 0,
    unacked: () => {
      const found: number[] = []
      for (let id = 1; id <= last; id += 1) {
        const state = states[id] ?? 0
        if (state > 0 && state < DELIVERIES) found.push(id)
      }
      return found
    },
    sent: () => last,
    acked: () => acked,
  }
}

/** What the inbox holds, held against the log. */
export interface Balance {
  rows: number
  /** acknowledged, and not there */
  lost: number
  /** there more than once */
  doubled: number
  /** sent, repeated as often as WeCom does, and not there */
  missing: number
  /** rows that were neither worked off nor have a job, or have more than one */
  jobless: number
}

/** Counts what became of every event of the log. The events' XML is customerEventXml's or ignoredEventXml's. */
export async function balance(databaseUrl: string, log: AckLog): Promise<Balance> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows: stored } = await client.query<{ id: number; times: number }>(
      `select substring(xml from '\\[wm(\\d+)\\]')::int as id, count(*)::int as times from inbox group by 1`,
    )
    const { rows: odd } = await client.query<{ n: number }>(
      `select count(*)::int as n from inbox i
       left join (select inbox_id as id, count(*) as jobs from ${CALLBACK_JOBS} as job group by 1) j
         on j.id = i.id::text
       where coalesce(j.jobs, 0) <> 1 and i.processed_at is null`,
    )
    const times = new Uint8Array(log.sent() + 1)
    for (const row of stored) times[row.id] = row.times
    const found: Balance = { rows: 0, lost: 0, doubled: 0, missing: 0, jobless: odd[0]?.n ?? 0 }
    for (let id = 1; id <= log.sent(); id += 1) {
      const n = times[id] ?? 0
      found.rows += n
      if (n > 1) found.doubled += 1
      if (n === 0) found.missing += 1
      if (n === 0 && log.isAcked(id)) found.lost += 1
    }
    return found
  } finally {
    await client.end()
  }
}
