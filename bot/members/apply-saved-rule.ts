import { businessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { enqueue } from '../queue.ts'
import { findDiffering, refreshTags, waitForRulesInUse } from './apply-tag-rules.ts'
import { runTogether } from './import/run-together.ts'
import { drainMirrorQueue, queueMirror } from './mirror-queue.ts'
import { takeOffUnruled } from './run-tag-rules.ts'
import { loadTagRules } from './tag-rules.ts'

/** Customers looked at in one transaction, and of those the most who are changed in it. */
const LOOKED_AT = 20_000
const CHUNK = 5_000

/** Asks for a saved rule to be applied to everybody, in the transaction that saves it. A save before it is overtaken. */
export async function requestRuleRun(
  tx: Db,
  { code, version }: { code: string; version: number },
  now: Date,
): Promise<void> {
  const begin = { version, upTo: 0n, lastId: null, changed: 0, requestedAt: now, finishedAt: null }
  await tx.tagRuleRun.upsert({ where: { code }, create: { code, ...begin }, update: begin })
  await enqueue(tx, 'tag_rule', { code }, { jobKey: `tag_rule:${code}` })
}

/**
 * Brings everybody's tags into step with a rule that was saved, as the next night would: a page of ids after the other,
 * each in a transaction that also notes how far it is. Cut off anywhere it goes on where it was; done, or overtaken by a
 * newer save, it does nothing. WeCom follows by the queue, within the day's calls.
 */
export async function applySavedRule(deps: BotDeps, code: string): Promise<void> {
  const { db } = deps
  const run = await db.prisma.tagRuleRun.findUnique({ where: { code } })
  if (!run || run.finishedAt) return
  const { version } = run
  const lastId = run.lastId ?? (await noteLastCustomer(deps, code, version))
  await waitForRulesInUse(db.prisma)
  const taken = await takeOffUnruled(deps, code)
  const done = await untilDone(() =>
    runTogether(db, (tx) => nextPage(tx, deps, { code, version, lastId })),
  )
  if (done === 'overtaken') return
  const { marks, waiting } = await drainMirrorQueue(deps, businessDay(deps.clock.now(), deps.zone))
  deps.log.info({ code, version, taken, marks, waiting }, 'saved tag rule applied')
}

type Page = 'more' | 'done' | 'overtaken'

async function untilDone(next: () => Promise<Page>): Promise<Page> {
  for (;;) {
    const page = await next()
    if (page !== 'more') return page
  }
}

async function noteLastCustomer(deps: BotDeps, code: string, version: number): Promise<bigint> {
  const newest = await deps.db.prisma.customer.findFirst({
    orderBy: { id: 'desc' },
    select: { id: true },
  })
  const lastId = newest?.id ?? 0n
  await deps.db.prisma.tagRuleRun.updateMany({ where: { code, version }, data: { lastId } })
  return lastId
}

/** One transaction's work: the customers who differ among the next ids are locked and get what all rules say of them. */
async function nextPage(
  tx: Db,
  deps: BotDeps,
  run: { code: string; version: number; lastId: bigint },
): Promise<Page> {
  const { code, version, lastId } = run
  const now = deps.clock.now()
  // held to the end: a save, or a second run of this job, waits for the page
  const [at] = await tx.$queryRaw<{ upTo: bigint }[]>(Prisma.sql`
    select up_to as "upTo" from tag_rule_run
    where code = ${code} and version = ${version} and finished_at is null for update`)
  if (!at) return 'overtaken'
  const { steps } = await loadTagRules(tx)
  const rule = steps.flat().find((one) => one.code === code)
  let upTo = lastId
  let changed = 0
  // one that is off, or stands still, has nobody to look for
  if (rule && at.upTo < lastId) {
    const end = at.upTo + BigInt(LOOKED_AT) < lastId ? at.upTo + BigInt(LOOKED_AT) : lastId
    const moment = { day: businessDay(now, deps.zone), now, zone: deps.zone }
    const ids = await findDiffering(tx, rule, moment, [at.upTo, end], CHUNK)
    const touched = await refreshTags(tx, deps, ids, now)
    await queueMirror(tx, touched, now)
    upTo = ids.length === CHUNK ? (ids.at(-1) ?? end) : end
    changed = touched.length
  }
  const isOver = upTo >= lastId
  await tx.tagRuleRun.update({
    where: { code },
    data: { upTo, changed: { increment: changed }, ...(isOver && { finishedAt: now }) },
  })
  return isOver ? 'done' : 'more'
}
