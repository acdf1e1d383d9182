import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutBytes, cutCharacters } from '../../../bot/messages/bytes.ts'
import { closedText, renderClosedCard } from '../../../bot/messages/render/closed-card.ts'
import { renderDigest } from '../../../bot/messages/render/digest.ts'
import { renderTaskCard, taskIdOfCard } from '../../../bot/messages/render/task-card.ts'
import {
  renderCustomers,
  renderHelp,
  renderTaskList,
} from '../../../bot/messages/render/task-list.ts'
import { CARD_LIMITS, type TemplateCard } from '../../../bot/messages/render/template-card.ts'
import { RULE_KINDS, TASK_STATES } from '../../../domain/words.ts'

const at = { publicUrl: 'https://guide.example.com', zone: 'Asia/Shanghai', today: '2026-11-22' }
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.stringMatching(/^[\u4e00-\u4eff]{0,300}$/),
  fc.array(fc.constantFrom('👨‍👩‍👧‍👦', '🇨🇳', 'é', '雯', 'a'), { maxLength: 200 }).map((p) => p.join('')),
)
const anyTask = fc.record({
  taskId: fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }),
  nth: fc.integer({ min: 1, max: 999_999 }),
  kind: fc.constantFrom(...RULE_KINDS, 'a_kind_of_later'),
  facts: fc.record({
    coupons: anyText.map((name) => [
      {
        couponNo: 'C',
        name,
        faceValueFen: 1,
        discount: null,
        minSpendFen: null,
        expiresOn: '2026-11-25',
        days: 3,
      },
    ]),
    firstExpiresOn: fc.constant('2026-11-25'),
    lastExpiresOn: fc.constant('2026-11-25'),
  }),
  urgent: fc.boolean(),
  dueAt: fc.date({ min: new Date('2026-11-01'), max: new Date('2027-01-01'), noInvalidDate: true }),
  customerName: anyText,
  tierName: fc.constantFrom('铁', '铜', '银', '金'),
  coupons: fc.integer({ min: 0, max: 1_000_000 }),
  points: fc.integer({ min: 0, max: 2 ** 31 }),
})

describe('cutting', () => {
  it('by bytes keeps the limit and breaks no character', () => {
    expect(cutBytes('生日快乐', 12)).toBe('生日快乐')
    expect(cutBytes('生日快乐', 11)).toBe('生日…')
    expect(cutBytes('生', 2)).toBe('')
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 200 }), (text, max) => {
        const cut = cutBytes(text, max)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max)
        expect(cut.isWellFormed()).toBe(true)
        expect(text.startsWith(cut.replace(/…$/, ''))).toBe(true)
      }),
    )
  })

  it('by characters keeps both readings of the limit', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, max) => {
        const cut = cutCharacters(text, max)
        expect(cut.length).toBeLessThanOrEqual(max)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max * 3)
      }),
    )
  })
})

/** WeCom's limits, written here once more: 字 read as characters and as three bytes. */
function expectWithinLimits(card: TemplateCard): void {
  const within = (text: string | undefined, max: number) => {
    expect((text ?? '').length).toBeLessThanOrEqual(max)
    expect(Buffer.byteLength(text ?? '')).toBeLessThanOrEqual(max * 3)
    expect((text ?? '').isWellFormed()).toBe(true)
  }
  within(card.source.desc, 20)
  within(card.main_title.title, 36)
  within(card.main_title.desc, 44)
  within(card.sub_title_text, 160)
  expect(card.main_title.title + (card.sub_title_text ?? '')).not.toBe('')
  const fields = card.horizontal_content_list ?? []
  expect(fields.length).toBeLessThanOrEqual(6)
  for (const { keyname, value } of fields) {
    within(keyname, 5)
    within(value, 30)
    expect(keyname).not.toBe('')
    expect(value).not.toBe('')
  }
  for (const jump of card.jump_list ?? []) within(jump.title, 18)
  expect((card.button_list ?? []).length).toBeLessThanOrEqual(6)
  for (const button of card.button_list ?? []) within(button.text, 10)
  if (card.card_type === 'button_interaction') {
    expect(card.task_id).toMatch(/^[0-9A-Za-z_\-@]{1,128}$/)
    expect(card.button_list?.length).toBeGreaterThan(0)
    const keys = card.button_list?.flatMap((button) => (button.type === 0 ? [button.key] : []))
    expect(new Set(keys).size).toBe(keys?.length)
  } else {
    expect(card.card_action).toBeDefined()
  }
  within(card.replace_text, CARD_LIMITS.replaceText)
}

describe('a task’s card', () => {
  it('shows why, until when and what may be done', () => {
    const card = renderTaskCard(
      {
        taskId: 42n,
        nth: 1,
        kind: 'birthday',
        facts: { day: '2026-11-24', md: 1016, lunar: true, daysUntil: 2 },
        urgent: true,
        dueAt: new Date('2026-11-24T15:59:59Z'),
        customerName: '张女士',
        tierName: '银',
        coupons: 2,
        points: 860,
      },
      at,
    )

    expect(card).toEqual({
      card_type: 'button_interaction',
      source: { desc: '导购助手', desc_color: 0 },
      main_title: { title: '[加急] 生日 · 张女士（银）' },
      sub_title_text: '后天 11 月 24 日生日（农历十月十六）。',
      horizontal_content_list: [
        { keyname: '截止', value: '后天（11 月 24 日）' },
        { keyname: '建议', value: '送上生日祝福，请客人来坐坐' },
        { keyname: '券·积分', value: '2 张券可用 · 860 积分' },
      ],
      card_action: { type: 1, url: 'https://guide.example.com/desk?task=42' },
      task_id: 'task-42-1',
      button_list: [
        { type: 1, text: '去聊天', style: 1, url: 'https://guide.example.com/desk?task=42' },
        { type: 0, text: '已完成', style: 1, key: 'done' },
        { type: 0, text: '稍后', style: 4, key: 'snooze' },
        { type: 0, text: '不合适', style: 4, key: 'dismiss' },
      ],
    })
  })

  it('keeps every limit, whatever the customer and the coupon are called', () => {
    fc.assert(fc.property(anyTask, (task) => expectWithinLimits(renderTaskCard(task, at))))
  })

  it('has an id that leads back to its task', () => {
    fc.assert(
      fc.property(anyTask, (task) => {
        expect(taskIdOfCard(renderTaskCard(task, at).task_id ?? '')).toBe(task.taskId)
      }),
    )
    expect(taskIdOfCard('task-1')).toBeNull()
    expect(taskIdOfCard('task-1-2; drop table task')).toBeNull()
  })
})

describe('a card whose task changed', () => {
  it('keeps every limit and what it was about', () => {
    fc.assert(
      fc.property(anyTask, fc.constantFrom(...TASK_STATES), anyText, (task, state, by) => {
        const facts = { closing: null, closeReason: null, snoozedUntil: null, at: task.dueAt }
        const card = renderClosedCard(renderTaskCard(task, at), { ...facts, state, by }, at.zone)
        expectWithinLimits(card)
        expect(card.task_id).toBe(`task-${task.taskId}-${task.nth}`)
        expect(card.main_title.title).not.toContain('[加急]')
      }),
    )
  })

  const facts = {
    state: 'done',
    closing: null,
    closeReason: null,
    snoozedUntil: null,
    by: null,
    at: new Date('2026-11-22T02:21:00Z'),
  } as const

  it.each([
    [{ by: '王小明' }, '已完成 · 王小明 10:21'],
    [{ closing: 'proven' }, '客户已下单，任务完成'],
    [{ state: 'dismissed', by: '王小明' }, '不合适 · 王小明 10:21'],
    [{ state: 'expired' }, '已过期'],
    [{ state: 'cancelled', closeReason: 'order_arrived' }, '客户已下单，任务自动取消'],
    [{ state: 'cancelled', closeReason: 'something_else' }, '任务已取消'],
    [{ state: 'open', snoozedUntil: new Date('2026-11-23T01:00:00Z') }, '11月23日 09:00 再提醒'],
  ] as const)('with %o says %s', (change, text) => {
    expect(closedText({ ...facts, ...change }, at.zone)).toBe(text)
  })
})

describe('the digest', () => {
  it('keeps every limit', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.array(anyTask, { maxLength: 3 }),
        fc.integer({ min: 1, max: 99_999 }),
        (guideName, best, customers) => {
          const kinds = RULE_KINDS.map((kind) => ({ kind, n: customers }))
          expectWithinLimits(renderDigest({ guideName, customers, kinds, best }, at))
        },
      ),
    )
  })
})

describe('answers in text', () => {
  const line = (customerName: string) => ({
    id: 1n,
    kind: 'birthday',
    facts: { day: '2026-11-22', md: 1122, lunar: false, daysUntil: 0 },
    urgent: true,
    customerName,
    tierName: '银',
  })

  it('list today’s tasks', () => {
    expect(renderTaskList([line('张女士')], 3, at)).toBe(
      [
        '今天有 3 个任务：',
        '1. [加急] 生日 · 张女士（银）：今天 11 月 22 日生日。',
        '……还有 2 个',
        '<a href="https://guide.example.com/desk">打开我的任务</a>',
      ].join('\n'),
    )
    expect(renderTaskList([], 0, at)).toBe('现在没有待办任务，都做完啦。')
  })

  it('say in the line that a customer may be left alone', () => {
    const task = {
      ...line('张女士'),
      urgent: false,
      kind: 'repurchase_overdue',
      facts: {
        lastPurchase: '2026-10-22',
        cycleDays: 15,
        cycleSource: 'own',
        daysSince: 31,
        factor: 2.07,
        pAlive: 0.03,
        expected90: 0,
        unlikely: true,
      },
    }

    expect(renderTaskList([task], 1, at)).toContain(
      '1. 该复购了 · 张女士（银）〔多半不会再来，可以不打扰〕：通常 15 天来一次',
    )
  })

  it('tell who a customer is', () => {
    const customer = {
      name: '张晓雯',
      tierName: '银',
      memberNo: 'M1',
      lastPurchaseDay: '2026-10-22',
      spend365Fen: 129_950,
      orders365: 12,
      tasks: [],
    }

    expect(renderCustomers('张晓雯', [customer], at)).toBe(
      '张晓雯（银） 会员号 M1\n近一年 ¥1,299.50 · 12 单，最近一次 10 月 22 日\n现在没有任务',
    )
    expect(renderCustomers('李四', [], at)).toMatch(/没有找到“李四”/)
  })

  it('stay within 2048 bytes, whole at the end, and let no name make a link', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 30 }), (names) => {
        const list = renderTaskList(names.map(line), names.length, at)
        expect(Buffer.byteLength(list)).toBeLessThanOrEqual(2048)
        expect(list.endsWith('打开我的任务</a>')).toBe(true)
      }),
      { examples: [[Array.from({ length: 12 }, () => '雯'.repeat(300))]] },
    )
    expect(renderTaskList([line('<a href="x">')], 1, at)).not.toContain('<a href="x">')
    expect(Buffer.byteLength(renderHelp(at))).toBeLessThanOrEqual(2048)
  })
})
