import { openDatabase } from '../../prisma/db.ts'
import type { Figure } from '../support/figures.ts'
import { SEND_PATH, startQuotaWecom, type QuotaWecom } from '../support/quota-wecom/quota-wecom.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startCluster } from './support/cluster.ts'
import { FAULT_KINDS } from './wecom-faults/kinds.ts'
import {
  limitScene,
  sceneOf,
  tokenScene,
  type FaultSeen,
  type LimitSeen,
  type TokenSeen,
} from './wecom-faults/scenes.ts'
import { createSender } from './wecom-faults/sender.ts'

const SIZES = {
  // a slow fault takes the client's time limit for each 32 of its messages
  short: { each: 20, expiries: 1, slowMs: 300, whole: 0 },
  full: { each: 1_000, expiries: 16, slowMs: 500, whole: 32 },
} as const

/** the client's own time limit, waited for in full by a few messages of the full form */
const WHOLE_LIMIT_MS = 10_000

export const r9: Scenario = {
  id: 'R9',
  title: 'whatever WeCom answers, every message ends sent, failed with a reason, or waiting',
  run: withEveryFault,
}

async function withEveryFault({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const { each, expiries, slowMs, whole } = SIZES[size]
  // a power cut is another scenario's business
  const cluster = await startCluster(folder, { settings: ['fsync=off', 'synchronous_commit=off'] })
  const wecom = await startQuotaWecom()
  const db = openDatabase(cluster.url, { connections: 20 })
  const rejections: unknown[] = []
  const onRejection = (reason: unknown) => void rejections.push(reason)
  process.on('unhandledRejection', onRejection)
  try {
    const parts = { sender: createSender(db, { apiUrl: wecom.url, timeLimitMs: slowMs }), wecom }
    const patient = createSender(db, { apiUrl: wecom.url, timeLimitMs: WHOLE_LIMIT_MS })
    const seen: FaultSeen[] = []
    for (const kind of FAULT_KINDS) {
      const impatient = kind.isSlow ? parts : { sender: patient, wecom }
      seen.push(await sceneOf(kind, impatient, each))
      if (kind.isSlow && whole > 0) {
        const name = `${kind.name}, ${WHOLE_LIMIT_MS / 1000} s`
        seen.push(await sceneOf({ ...kind, name }, { sender: patient, wecom }, whole))
      }
      say(`${kind.name}: ${seen.at(-1)?.last.sent ?? 0} sent in the end`)
    }
    const tokens = [
      await tokenScene(40_014, { sender: patient, wecom }, expiries),
      await tokenScene(42_001, { sender: patient, wecom }, expiries),
    ]
    const limit = await limitScene({ sender: patient, wecom }, each)
    return [
      ...judgeMessages(seen, limit, wecom),
      ...judgeTokens(tokens),
      ...judgeLimit(limit),
      {
        name: 'unhandled rejections',
        value: rejections.length,
        unit: 'rejections',
        goal: { atMost: 0 },
      },
    ]
  } finally {
    process.off('unhandledRejection', onRejection)
    await db.close()
    await wecom.close()
    await cluster.stop()
  }
}

function judgeMessages(seen: readonly FaultSeen[], limit: LimitSeen, wecom: QuotaWecom): Figure[] {
  const sum = (of: (one: FaultSeen) => number) => seen.reduce((total, one) => total + of(one), 0)
  const twice = new Map<string, number>()
  for (const { path, outcome, body } of wecom.calls) {
    if (path === SEND_PATH && outcome === 'done') {
      twice.set(body.text, (twice.get(body.text) ?? 0) + 1)
    }
  }
  return [
    {
      name: 'messages neither sent, nor failed with a reason, nor waiting with one',
      value:
        sum(({ first, last }) => first.unexplained + last.unexplained) + limit.last.unexplained,
      unit: 'messages',
      goal: { atMost: 0 },
      note: `${sum(({ faults }) => faults)} faults: ${seen.map(({ name }) => name).join(', ')}`,
    },
    {
      name: 'messages not sent once WeCom is well again',
      value: sum(({ last }) => last.failed + last.waiting) + limit.last.failed + limit.last.waiting,
      unit: 'messages',
      goal: { atMost: 0 },
      note: `${sum(({ last }) => last.sent) + limit.last.sent} sent`,
    },
    {
      name: 'messages that came twice',
      value: [...twice.values()].filter((times) => times > 1).length,
      unit: 'messages',
      goal: { atMost: 0 },
    },
  ]
}

function judgeTokens(tokens: readonly TokenSeen[]): Figure[] {
  return [
    {
      name: 'calls of gettoken for one expiry, found out by 64 callers',
      value: Math.max(...tokens.map(({ mostFetches }) => mostFetches)),
      unit: 'calls',
      goal: { atMost: 1 },
      note: `40014 and 42001; ${tokens.reduce((sum, { refusals }) => sum + refusals, 0)} calls refused`,
    },
    {
      name: 'callers without an answer',
      value: tokens.reduce((sum, { unanswered }) => sum + unanswered, 0),
      unit: 'callers',
      goal: { atMost: 0 },
    },
  ]
}

function judgeLimit(limit: LimitSeen): Figure[] {
  return [
    {
      name: 'calls during the minute after 45009',
      value: limit.inMinute,
      unit: 'calls',
      goal: { atMost: 0 },
      note: `${limit.refused} were under way when it came`,
    },
    {
      name: 'calls that try whether the block is over',
      value: limit.trials,
      unit: 'calls',
      goal: { atMost: 1 },
      note: `refused again, it is taken for the hour's limit: ${Math.round(limit.blockMinutes)} minutes`,
    },
    {
      name: 'calls during the hour after that',
      value: limit.inHour,
      unit: 'calls',
      goal: { atMost: 0 },
    },
  ]
}
