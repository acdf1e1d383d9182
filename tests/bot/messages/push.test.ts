import { beforeEach, describe, expect, it } from 'vitest'
import { morningTime, pushMorning } from '../../../bot/messages/push.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { aCustomer, aGuide, aTask } from '../../support/chain.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const deps = { ...createTestDeps(db), publicUrl: 'https://guide.example.com' }
const stamp = { day: '2026-11-22', now: new Date('2026-11-22T00:55:00Z'), traceId: 'test' }

beforeEach(() => emptyDatabase(db))

const push = () => pushMorning(db.prisma, Object.assign(deps, { db }), stamp)
const rows = async () => await db.prisma.outbox.findMany({ orderBy: { id: 'asc' } })
const today = new Date('2026-11-22T15:59:59Z')

async function withTasks(count: number, parts: Parameters<typeof aTask>[3] = {}) {
  const guide = await aGuide(db, { userid: 'WangXM' })
  const ids: bigint[] = []
  for (let i = 0; i < count; i++) {
    const customer = await aCustomer(db, {}, [guide])
    ids.push(await aTask(db, customer, guide, { priority: i, ...parts }))
  }
  return { guide, ids }
}

/** Guides with three customers each, of whom the planner has heard nothing yet. */
async function makeManyGuides(count: number) {
  await db.pool.query(`
    with guide as (
      insert into employee (userid, userid_key, name, role, store_no)
      select 'many' || n, 'many' || n, '导购', 'guide', 'S1' from generate_series(1, ${count}) n returning id
    ), person as (
      insert into customer (member_no, name)
      select 'many' || n, '张晓雯' from generate_series(1, ${count * 3}) n returning id
    ), pair as (
      select person.id as customer_id, guide.id as employee_id
      from (select id, row_number() over (order by id) - 1 as n from person) person
      join (select id, row_number() over (order by id) - 1 as n from guide) guide on guide.n = person.n / 3
    )
    insert into task (customer_id, kind, occurrence, rule_version, facts, assignee_id, assignee_rule, scan_day,
      due_at, dies_at, trace_id, created_at, updated_at)
    select customer_id, 'repurchase_overdue', 'O' || customer_id, 1, '{}', employee_id, 4, '2026-11-22',
      '2026-11-24', '2026-11-29', 'test', '2026-11-22', '2026-11-22'
    from pair`)
}

/** by which WeCom knows a card that is sent again */
const CARD_ID = /^[0-9A-Za-z_\-@]{1,128}$/

describe('the morning', () => {
  it('is one digest, and the best task as a card with buttons when none is urgent', async () => {
    const { ids } = await withTasks(4)

    await push()

    const [digest, card, ...more] = await rows()
    expect(more).toEqual([])
    expect(digest?.dedupeKey).toBe('digest:2026-11-22:wangxm')
    expect(digest?.recipient).toBe('WangXM')
    expect(digest?.payload).toMatchObject({
      msgtype: 'template_card',
      template_card: {
        card_type: 'text_notice',
        main_title: { title: '王小明，今天有 4 位客户等你联系' },
        horizontal_content_list: [{ keyname: '生日', value: '4 位' }],
        card_action: { type: 1, url: 'https://guide.example.com/desk' },
        task_id: expect.stringMatching(CARD_ID),
      },
    })
    expect(card?.taskId).toBe(ids[3])
    expect(card?.payload).toMatchObject({
      template_card: {
        card_type: 'button_interaction',
        main_title: { title: '生日 · 张女士（铁）' },
        sub_title_text: '后天 11 月 24 日生日。',
        task_id: `task-${ids[3]}-1`,
      },
    })
  })

  it('counts a customer of two tasks once, and tells the kinds apart', async () => {
    const { guide } = await withTasks(2)
    const customer = await aCustomer(db, {}, [guide])
    for (const kind of ['repurchase_overdue', 'birthday']) {
      await aTask(db, customer, guide, { kind, occurrence: 'twice', facts: {} })
    }

    await push()

    const [digest] = await rows()
    expect(digest?.payload).toMatchObject({
      template_card: {
        main_title: { title: '王小明，今天有 3 位客户等你联系' },
        horizontal_content_list: [
          { keyname: '生日', value: '3 位' },
          { keyname: '该复购了', value: '1 位' },
        ],
      },
    })
  })

  it('is made in seconds for two thousand guides whose tasks are as new as the morning', async () => {
    await makeManyGuides(2_000)

    expect(await push()).toBe(4_000)
  }, 15_000)

  it('sends at most three urgent tasks alone, the most valuable', async () => {
    const { ids } = await withTasks(5, { dueAt: today, diesAt: today, urgent: true })

    await push()

    const cards = (await rows()).filter(({ taskId }) => taskId !== null)
    expect(cards.map(({ taskId }) => taskId)).toEqual([ids[4], ids[3], ids[2]])
    expect(cards[0]?.payload).toMatchObject({
      template_card: { main_title: { title: '[加急] 生日 · 张女士（铁）' } },
    })
  })

  it('comes once a day, also when the day is scanned again', async () => {
    await withTasks(2)

    await push()
    const before = await rows()
    await push()

    expect(await rows()).toEqual(before)
  })

  it('leaves out who can’t get messages, who has left, and tasks that are snoozed or done', async () => {
    const { guide } = await withTasks(1, { snoozedUntil: new Date('2026-11-22T05:00:00Z') })
    await aTask(db, await aCustomer(db), guide, { state: 'done' })
    for (const parts of [{ inApp: false }, { active: false }]) {
      await aTask(db, await aCustomer(db), await aGuide(db, parts))
    }

    expect(await push()).toBe(0)
  })

  it('says nothing about a day that is over', async () => {
    await withTasks(1)

    const late = { ...stamp, now: new Date('2026-11-23T02:00:00Z') }
    expect(await pushMorning(db.prisma, deps, late)).toBe(0)
  })

  it('spreads the guides over the three minutes before the push time, each at a time of their own', () => {
    const at = (userid: string) => morningTime(userid, '2026-11-22', '09:00', 'Asia/Shanghai')
    const times = Array.from({ length: 300 }, (_, i) => at(`guide${i}`).getTime())

    expect(Math.min(...times)).toBeGreaterThanOrEqual(Date.parse('2026-11-22T00:57:00Z'))
    expect(Math.max(...times)).toBeLessThan(Date.parse('2026-11-22T01:00:00Z'))
    expect(new Set(times).size).toBeGreaterThan(100)
    expect(at('WangXM')).toEqual(at('wangxm'))
  })
})
