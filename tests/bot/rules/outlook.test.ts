import { beforeEach, describe, expect, it } from 'vitest'
import { ruleOf } from '../../../bot/rules/registry.ts'
import { addDays } from '../../../domain/business-day.ts'
import { silenceUrgency } from '../../../domain/silence-urgency.ts'
import type { RuleKind } from '../../../domain/words.ts'
import { aCustomer, aGuide, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay, turnRules } from '../../support/scan.ts'

const db = useDatabase()
const DAY = '2026-11-22'
let guide: { id: bigint }

beforeEach(async () => {
  await emptyDatabase(db)
  guide = await aGuide(db)
})

/** Last here so many days ago, with a rhythm of 15 days, and what the last night expected. */
async function aBuyer(
  daysSince: number,
  model?: { pAlive: number; expected90: number },
): Promise<bigint> {
  const customer = await aCustomer(db, {}, [guide])
  await someStats(db, customer, { cycleDays: 15, lastPurchaseDay: addDays(DAY, -daysSince) })
  if (model)
    await db.prisma.customerClass.create({
      data: { customerId: customer.id, stage: 'active', ...model, asOf: new Date(DAY) },
    })
  return customer.id
}
/** A scan of a chain that has this rule alone of the two about a silence. */
async function only(kind: RuleKind) {
  const other = kind === 'churn_warning' ? 'repurchase_overdue' : 'churn_warning'
  await turnRules(db, [other], false)
  return await scanDay(db, { day: DAY, kinds: [kind] })
}
const tasks = () => db.prisma.task.findMany({ orderBy: [{ priority: 'desc' }, { id: 'asc' }] })

describe('tasks about a silence, where the chain has a model', () => {
  it.each([
    ['repurchase_overdue', 'overdue', 40],
    ['churn_warning', 'warning', 100],
    ['churn_warning', 'leaning', 200],
  ] as const)(
    '%s: the likelier a customer comes again, the higher %s',
    async (kind, silence, days) => {
      const models = [
        { pAlive: 0.9, expected90: 3 },
        { pAlive: 0.5, expected90: 0.4 },
        { pAlive: 0.01, expected90: 0 },
      ]
      const ids: bigint[] = []
      for (const model of models) ids.push(await aBuyer(days, model))

      await only(kind)

      const made = await tasks()
      expect(made.map(({ customerId }) => customerId)).toEqual(ids)
      // nobody has spent anything: value is 1
      for (const [i, { priority }] of made.entries())
        expect(priority).toBeCloseTo(
          silenceUrgency(silence, {
            expected90: models[i]?.expected90 ?? null,
            daysSince: days,
            cycleDays: 15,
          }),
          9,
        )
    },
  )

  it.each([
    [0.04, true],
    [0.049, true],
    [0.05, false],
    [0.06, false],
    [null, false],
  ])(
    'P(alive) %s: marked as one who may be left alone: %s, and made all the same',
    async (pAlive, unlikely) => {
      await aBuyer(40, pAlive === null ? undefined : { pAlive, expected90: 0 })

      await only('repurchase_overdue')

      expect(await tasks()).toMatchObject([{ facts: { unlikely, pAlive } }])
    },
  )

  it('take the limit from the rule’s numbers', async () => {
    await db.prisma.rule.create({
      data: { kind: 'churn_warning', version: 2, params: { unlikelyBelow: 0.3 } },
    })
    await aBuyer(100, { pAlive: 0.29, expected90: 0.1 })

    await only('churn_warning')

    expect(await tasks()).toMatchObject([{ facts: { unlikely: true } }])
  })

  it('say nothing of it where there is no model, and go by the rhythm', async () => {
    await aBuyer(40)

    const { created } = await only('repurchase_overdue')

    expect(created[0]?.reason).toBe('通常 15 天来一次，已经 40 天没来（2.7 倍）。')
    expect((await tasks())[0]?.priority).toBeCloseTo(0.45, 9)
  })
})

describe('what a task tells of it', () => {
  const overdue = {
    lastPurchase: '2026-10-22',
    cycleDays: 15,
    cycleSource: 'own',
    daysSince: 31,
    factor: 2.07,
  }
  const rule = ruleOf('repurchase_overdue')

  it.each([
    [
      { pAlive: 0.8, expected90: 1.3, unlikely: false },
      '通常 15 天来一次，已经 31 天没来（2.1 倍），估计 90 天内还会来 1.3 次。',
      'Usually comes every 15 days; not seen for 31 days (2.1×); about 1.3 visits expected within 90 days.',
      null,
    ],
    [
      { pAlive: 1, expected90: 0, unlikely: false },
      '通常 15 天来一次，已经 31 天没来（2.1 倍），估计 90 天内不大会来。',
      'Usually comes every 15 days; not seen for 31 days (2.1×); hardly expected within 90 days.',
      null,
    ],
    [
      { pAlive: 0.03, expected90: 0, unlikely: true },
      '通常 15 天来一次，已经 31 天没来（2.1 倍），按大家的购买习惯，还会再来的可能只有 3%。',
      'Usually comes every 15 days; not seen for 31 days (2.1×); by everybody’s habits a customer still with 3%.',
      '多半不会再来，可以不打扰',
    ],
    [
      { pAlive: null, expected90: null, unlikely: false },
      '通常 15 天来一次，已经 31 天没来（2.1 倍）。',
      'Usually comes every 15 days; not seen for 31 days (2.1×).',
      null,
    ],
  ])('with %o', (outlook, zh, en, mark) => {
    const facts = { ...overdue, ...outlook }

    expect(rule.reason(facts, 'zh-CN', DAY)).toBe(zh)
    expect(rule.reason(facts, 'en', DAY)).toBe(en)
    expect(rule.mark(facts, 'zh-CN')).toBe(mark)
    expect(rule.mark(facts, 'en')).toBe(mark && 'Probably gone; fine to skip')
    // on the card, the advice says so
    expect(rule.advice(facts, 'zh-CN')).toBe(mark ?? '问问近况，可以送张回购券')
  })

  it('is nothing for tasks of an older version, and of other kinds', () => {
    expect(rule.mark(overdue, 'zh-CN')).toBeNull()
    expect(ruleOf('birthday').mark({}, 'zh-CN')).toBeNull()
  })
})
