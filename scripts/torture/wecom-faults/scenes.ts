import {
  SEND_PATH,
  TOKEN_PATH,
  WELCOME_PATH,
  type QuotaWecom,
} from '../../support/quota-wecom/quota-wecom.ts'
import type { FaultKind } from './kinds.ts'
import type { Sender, Standing } from './sender.ts'

/** as many as may be under way in one process: the client's connections */
const WIDTH = 32
const CALLERS = 64

/** What one fault did to its messages. */
export interface FaultSeen {
  name: string
  faults: number
  /** after the faults: each row has ended, or says why it waits */
  first: Standing
  /** after the faults are over and every row had its next tries */
  last: Standing
}

/**
 * `count` messages, each of whose first calls goes wrong in the same way; then WeCom is well again and whatever has not
 * ended is tried twice more.
 */
export async function sceneOf(
  kind: FaultKind,
  { sender, wecom }: { sender: Sender; wecom: QuotaWecom },
  count: number,
): Promise<FaultSeen> {
  const isWelcome = kind.by === 'welcome'
  const path = isWelcome ? WELCOME_PATH : SEND_PATH
  const name = kind.name.replaceAll(/\W+/g, '-')
  const ids = await sender.add(isWelcome ? 'welcome' : 'app_message', name, count)
  await letHourPass(sender, wecom)
  const lost = kind.halfAfter ? Math.floor(count / 2) : 0
  wecom.faults.add(path, kind.fault, count - lost)
  if (lost > 0) wecom.faults.add(path, kind.fault, lost, { after: true })
  await sender.deliver(ids, WIDTH)
  const faults = count - wecom.faults.left()
  wecom.faults.clear()
  const first = await sender.standing(ids)
  for (let again = 0; again < 2; again += 1) {
    await letHourPass(sender, wecom)
    await sender.deliver(ids, WIDTH)
  }
  return { name: kind.name, faults, first, last: await sender.standing(ids) }
}

/** Most calls of gettoken one expiry cost, and whether every caller got its answer. */
export interface TokenSeen {
  refusals: number
  mostFetches: number
  unanswered: number
}

/** The token expires `expiries` times, found out by 64 callers at once each time. */
export async function tokenScene(
  errcode: 40014 | 42001,
  { sender, wecom }: { sender: Sender; wecom: QuotaWecom },
  expiries: number,
): Promise<TokenSeen> {
  const path = '/cgi-bin/externalcontact/remark'
  const seen: TokenSeen = { refusals: 0, mostFetches: 0, unanswered: 0 }
  const staleBefore = wecom.count(path, 'stale')
  for (let expiry = 0; expiry < expiries; expiry += 1) {
    await letHourPass(sender, wecom)
    const before = wecom.count(TOKEN_PATH)
    wecom.expireToken(errcode)
    const asked = Array.from({ length: CALLERS }, (_, n) =>
      sender.deps.wecom.post(path, { userid: 'a', remark: `${expiry} ${n}` }),
    )
    const answers = await Promise.allSettled(asked)
    seen.unanswered += answers.filter(({ status }) => status === 'rejected').length
    seen.mostFetches = Math.max(seen.mostFetches, wecom.count(TOKEN_PATH) - before)
  }
  seen.refusals = wecom.count(path, 'stale') - staleBefore
  return seen
}

/** What reached WeCom while it had said 45009. */
export interface LimitSeen {
  /** of those under way when it said so */
  refused: number
  /** in the minute's block */
  inMinute: number
  /** after the minute, with WeCom still refusing: one that tries */
  trials: number
  /** in the hour's block that follows */
  inHour: number
  /** how long that block is, in minutes */
  blockMinutes: number
  last: Standing
}

/**
 * 45009 for a minute, then still 45009 (it was the hour's limit), then well again. `count` messages want to be sent
 * all the while; time is not waited for, the database is told that it has passed.
 */
export async function limitScene(
  { sender, wecom }: { sender: Sender; wecom: QuotaWecom },
  count: number,
): Promise<LimitSeen> {
  const ids = await sender.add('app_message', 'limited', count)
  const reached = async (): Promise<number> => {
    const before = wecom.count(SEND_PATH)
    await sender.deliver(ids, WIDTH)
    return wecom.count(SEND_PATH) - before
  }
  await letHourPass(sender, wecom)
  wecom.faults.add(SEND_PATH, { kind: 'errcode', errcode: 45_009 }, Number.MAX_SAFE_INTEGER)
  const refused = await reached()
  const inMinute = await reached()
  await sender.letHourPass()
  const trials = await reached()
  const inHour = await reached()
  const { rows } = await sender.deps.db.pool.query<{ minutes: number }>(
    `select extract(epoch from max(blocked_until) - clock_timestamp())::float8 / 60 as minutes
     from wecom_block where bucket = $1`,
    [SEND_PATH],
  )
  wecom.faults.clear()
  for (let again = 0; again < 3; again += 1) {
    await letHourPass(sender, wecom)
    await reached()
  }
  const last = await sender.standing(ids)
  return { refused, inMinute, trials, inHour, blockMinutes: rows[0]?.minutes ?? 0, last }
}

async function letHourPass(sender: Sender, wecom: QuotaWecom): Promise<void> {
  wecom.letHourPass()
  await sender.letHourPass()
}
