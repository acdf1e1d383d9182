import { setTimeout as sleep } from 'node:timers/promises'
import {
  INTERFACE_ALLOWANCES,
  MEMBER_ALLOWANCES,
  overLimit,
  shareUsed,
  timesByMember,
} from '../../support/quota-wecom/arrivals.ts'
import { SEND_PATH, type QuotaCall } from '../../support/quota-wecom/quota-wecom.ts'
import { median, type Figure } from '../../support/figures.ts'
import type { BenchContext, BenchResult } from '../bench.ts'
import { addMessages } from './outbox-rows.ts'
import { openSendWorld } from './world.ts'

const A_MINUTE = 60_000
/** messages a minute to one member (wecom-protocol 2.3) */
const A_BURST = 30
/** more than anyone may send while it is measured: what is saturated always has more to send */
const SURPLUS = 30

/**
 * How much of the quota that binds, 30 messages a minute to one member, two processes use while there is always more
 * to send, in real time. A message may come a minute after the one 30 places before it, no sooner: a minute divided
 * by the mean of what it took is the share of the quota used.
 */
export async function measureQuota({ size, say }: BenchContext): Promise<BenchResult> {
  const bursts = size === 'full' ? 3 : 2
  const members = size === 'full' ? 12 : 10
  const world = await openSendWorld()
  try {
    const { db } = world.database
    const messages = await addMessages(db.pool, new Date(), {
      members,
      each: bursts * A_BURST + SURPLUS,
    })
    say(`${messages} messages to ${members} members, two processes, ${bursts - 1} minutes and some`)
    const began = performance.now()
    await Promise.all([world.startAssistant(), world.startAssistant()])
    const lastBy = began + bursts * A_MINUTE + 60_000
    const measured = messages - members * SURPLUS
    while (world.wecom.count(SEND_PATH) < measured && performance.now() < lastBy) await sleep(200)
    const calls = world.wecom.calls.filter(({ path }) => path === SEND_PATH)
    const used = shares(calls, bursts)
    return { figures: judge(calls, used, measured), raw: { quotaUsed: used } }
  } finally {
    await world.close()
  }
}

function judge(calls: readonly QuotaCall[], used: readonly number[], measured: number): Figure[] {
  const overs = calls.filter(({ outcome }) => outcome === 'over' || outcome === 'blocked')
  const dropped = calls.filter(({ outcome }) => outcome === 'dropped')
  const inWindows = timesByMember(calls).flatMap((times) =>
    MEMBER_ALLOWANCES.map((allowance) => overLimit(times, allowance)),
  )
  const times = calls.map(({ at }) => at)
  return [
    {
      name: 'quota used while saturated, 30 a minute to one member',
      value: 100 * median(used),
      unit: '%',
      goal: { atLeast: 95 },
      note: `${used.length} members, two processes, real minutes; the least used ${(100 * Math.min(...used)).toFixed(1)} %`,
    },
    {
      name: 'calls over a limit',
      value:
        overs.length +
        inWindows.reduce((sum, over) => sum + over, 0) +
        INTERFACE_ALLOWANCES.reduce((sum, one) => sum + overLimit(times, one), 0),
      unit: 'calls',
      goal: { atMost: 0 },
      note: 'any sliding window of 60 s or 3,600 s, at the stand-in',
    },
    { name: 'silent drops', value: dropped.length, unit: 'messages', goal: { atMost: 0 } },
    {
      name: 'messages not sent',
      value: Math.max(0, measured - calls.filter(({ outcome }) => outcome === 'done').length),
      note: `of ${measured}`,
      unit: 'messages',
      goal: { atMost: 0 },
    },
  ]
}

/** Of each member, a minute by the mean time from one message to the thirtieth after it. */
function shares(calls: readonly QuotaCall[], bursts: number): number[] {
  const last = bursts * A_BURST
  return timesByMember(calls).map((times) =>
    times.length < last ? 0 : shareUsed(times.slice(0, last), MEMBER_ALLOWANCES),
  )
}
