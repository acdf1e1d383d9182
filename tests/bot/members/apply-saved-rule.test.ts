import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { createTaskList } from '../../../bot/job-handlers.ts'
import { applySavedRule, requestRuleRun } from '../../../bot/members/apply-saved-rule.ts'
import { refreshTags } from '../../../bot/members/apply-tag-rules.ts'
import { runTagRules } from '../../../bot/members/run-tag-rules.ts'
import type { CustomerFilter } from '../../../domain/customer-filter.ts'
import { aCustomer, aGuide, aTag, aTagRule, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { someoneWaits } from '../../support/someone-waits.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const BIG: CustomerFilter = { spend365: { min: 100_000 } }
let deps: BotDeps
let tag: bigint

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db, { clock: createTestClock('2026-11-22T03:00:00Z') })
  tag = await aTag(db, '高价值')
})

/** Saves a version as the console does: the rule, and what brings it to everybody. */
async function save(
  filter: CustomerFilter,
  parts: { version?: number; enabled?: boolean; tag?: bigint; code?: string } = {},
): Promise<void> {
  const { version = 1, code = 'high_value', ...rest } = parts
  await aTagRule(db, code, rest.tag ?? tag, filter, {
    version,
    enabled: rest.enabled ?? true,
  })
  await db.prisma.$transaction((tx) => requestRuleRun(tx, { code, version }, deps.clock.now()))
}
async function someone(spend: number): Promise<bigint> {
  const customer = await aCustomer(db)
  await someStats(db, customer, { spend365Fen: BigInt(spend) })
  return customer.id
}
const apply = (code = 'high_value') => applySavedRule(deps, code)
const tagged = async (tagId = tag) => {
  const on = await db.prisma.customerTag.findMany({
    where: { tagId, removedAt: null },
    orderBy: { customerId: 'asc' },
  })
  return on.map(({ customerId }) => customerId)
}
const run = () => db.prisma.tagRuleRun.findFirstOrThrow()
const jobs = async () =>
  (
    await db.pool.query<{ key: string }>(
      `select key from graphile_worker.jobs where task_identifier = 'tag_rule'`,
    )
  ).rows.map(({ key }) => key)

describe('a tag rule that was saved', () => {
  it('reaches everybody by a job, before any night', async () => {
    const [rich, poor] = [await someone(100_000), await someone(99_999)]
    await save(BIG)
    expect(await jobs()).toEqual(['tag_rule:high_value'])

    const helpers = { job: { id: '1', attempts: 1, max_attempts: 1 } } as never
    await createTaskList(deps)['tag_rule']?.({ code: 'high_value' }, helpers)

    expect(await tagged()).toEqual([rich])
    expect(await run()).toMatchObject({
      upTo: poor,
      lastId: poor,
      changed: 1,
      finishedAt: deps.clock.now(),
    })
  })

  it('leaves nothing for the night to change', async () => {
    for (const spend of [0, 99_999, 100_000, 500_000]) await someone(spend)
    await save(BIG)
    await apply()

    expect((await runTagRules(deps, '2026-11-22')).changed).toBe(0)
  })

  it('is applied once: the job again does nothing', async () => {
    const who = await someone(100_000)
    await save(BIG)
    await apply()
    await db.prisma.customerTag.deleteMany({ where: { customerId: who } })

    await apply()

    expect(await tagged()).toEqual([])
  })

  it('goes on where a crash cut it off', async () => {
    const [done, left] = [await someone(100_000), await someone(100_000)]
    await save(BIG)
    await db.prisma.tagRuleRun.updateMany({ data: { upTo: done, lastId: left, changed: 7 } })

    await apply()

    expect(await tagged()).toEqual([left])
    expect(await run()).toMatchObject({ changed: 8, finishedAt: deps.clock.now() })
  })

  it('is overtaken by its next version, whose run begins anew', async () => {
    const [rich, poor] = [await someone(100_000), await someone(1)]
    await save(BIG)
    await apply()
    await save({ spend365: { max: 1 } }, { version: 2 })
    expect(await run()).toMatchObject({ version: 2, upTo: 0n, changed: 0, finishedAt: null })

    await apply()

    expect(await tagged()).toEqual([poor])
    expect(await run()).toMatchObject({ upTo: poor, changed: 2 })
    expect(rich).toBeLessThan(poor)
  })

  it('takes its tags off when it is switched off, also those that another rule gives for them', async () => {
    const vip = await aTag(db, 'VIP')
    await aTagRule(db, 'vip', vip, { tags: { any: [String(tag)] } })
    await someone(100_000)
    await save(BIG)
    await apply()
    expect(await tagged(vip)).toHaveLength(1)

    await save(BIG, { version: 2, enabled: false })
    await apply()

    expect([await tagged(), await tagged(vip)]).toEqual([[], []])
    expect((await run()).finishedAt).not.toBeNull()
  })

  it('moves its tags when it gives another one now', async () => {
    const other = await aTag(db, '大客户')
    const who = await someone(100_000)
    await save(BIG)
    await apply()

    await save(BIG, { version: 2, tag: other })
    await apply()

    expect([await tagged(), await tagged(other)]).toEqual([[], [who]])
  })

  it('stands still where a tag of its filter was deleted, and its run ends', async () => {
    const gone = await aTag(db, '旧标签')
    await someone(100_000)
    await save({ tags: { none: [String(gone)] } })
    await db.prisma.tag.update({ where: { id: gone }, data: { deletedAt: new Date() } })

    await apply()

    expect(await tagged()).toEqual([])
    expect((await run()).finishedAt).not.toBeNull()
  })

  it('waits for an order that was judged by the version before', async () => {
    const who = await someone(100_000)
    await save(BIG)
    await apply()
    await db.prisma.customerTag.deleteMany({})
    let later: Promise<void> = Promise.resolve()

    await db.prisma.$transaction(async (tx) => {
      // the old version tags the customer, unseen until this transaction ends
      await refreshTags(tx, deps, [who], deps.clock.now())
      await save({ spend365: { min: 200_000 } }, { version: 2 })
      later = apply()
      await someoneWaits(db)
    })
    await later

    expect(await tagged()).toEqual([])
  })

  it('has WeCom told within the calls of the day', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    await someStats(db, customer, { spend365Fen: 100_000n })
    await save(BIG)

    await apply()

    expect(await db.prisma.outbox.findMany({ select: { kind: true, customerId: true } })).toEqual([
      { kind: 'mark_tag', customerId: customer.id },
    ])
    expect(await db.prisma.tagMirrorQueue.count()).toBe(0)
  })
})
