import { openDatabase } from '../../prisma/db.ts'
import type { Figure } from '../support/figures.ts'
import {
  MEMBER_ALLOWANCES,
  overLimit,
  shareUsed,
  timesByMember,
} from '../support/quota-wecom/arrivals.ts'
import type { QuotaCall } from '../support/quota-wecom/quota-wecom.ts'
import { sendForMinutes } from './quota/real-minutes.ts'
import { sendForHours, type VirtualRun } from './quota/virtual-hours.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startCluster } from './support/cluster.ts'

const SIZES = {
  short: { members: 10, each: 120, restarts: 1 },
  full: { members: 50, each: 2_000, restarts: 10 },
} as const

/** counted like any interface, apart from the one that is used in real time */
const VIRTUAL_PATH = '/cgi-bin/virtual'

/** of the part in real time: two bursts of 30 and more that waits */
const REAL = { members: 10, each: 90, measured: 600 }

export const r10: Scenario = {
  id: 'R10',
  title: 'two processes together use WeCom’s quota to the full and never go over it, killed or not',
  run: useTheQuota,
}

async function useTheQuota({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const { members, each, restarts } = SIZES[size]
  // a power cut is another scenario's business
  const cluster = await startCluster(folder, { settings: ['fsync=off', 'synchronous_commit=off'] })
  const db = openDatabase(cluster.url, { connections: 2 })
  const { pool } = db
  try {
    say('the database is up')
    // side by side: each has members and an interface of its own
    const [run, calls] = await Promise.all([
      sendForHours(pool, {
        databaseUrl: cluster.url,
        folder,
        path: VIRTUAL_PATH,
        members,
        each,
        restarts,
      }),
      size === 'full' ? sendForMinutes(pool, { databaseUrl: cluster.url, folder, ...REAL }) : null,
    ])
    return [...judgeVirtual(run, each), ...(calls ? judgeReal(calls) : [])]
  } finally {
    await db.close()
    await cluster.stop()
  }
}

function judgeVirtual({ arrivals, restarts, hours }: VirtualRun, each: number): Figure[] {
  const all = [...arrivals.values()]
  const used = all.map((times) => shareUsed(times.slice(0, each), MEMBER_ALLOWANCES))
  const total = all.reduce((sum, times) => sum + times.length, 0)
  return [
    {
      name: 'messages over 30 a minute or 1,000 an hour to one member',
      value: overIn(all),
      unit: 'messages',
      goal: { atMost: 0 },
      note: `${total} messages, two processes, ${restarts} × kill -9, ${hours.toFixed(1)} virtual hours, up to 0.9 s on their way`,
    },
    {
      name: 'quota used by the least served member',
      value: 100 * Math.min(...used),
      unit: '%',
      goal: { atLeast: 95 },
      note: 'the time a message had to keep from the one 30 before it, by the time it kept',
    },
  ]
}

function judgeReal(calls: readonly QuotaCall[]): Figure[] {
  return [
    {
      name: 'the same in real time: messages over the limit, and silent drops',
      value:
        overIn(timesByMember(calls)) + calls.filter(({ outcome }) => outcome === 'dropped').length,
      unit: 'messages',
      goal: { atMost: 0 },
      note: `${calls.length} messages, two assistants, one killed in between`,
    },
    {
      name: 'messages that did not arrive',
      value: Math.max(0, REAL.measured - calls.filter(({ outcome }) => outcome === 'done').length),
      unit: 'messages',
      goal: { atMost: 0 },
    },
  ]
}

function overIn(lists: readonly (readonly number[])[]): number {
  return lists.reduce(
    (sum, times) =>
      sum + MEMBER_ALLOWANCES.reduce((over, allowance) => over + overLimit(times, allowance), 0),
    0,
  )
}
