import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type {
  AssignmentBrief,
  AssignmentCustomer,
  AssignmentView,
} from '../../server/api/assignments/schema.ts'
import { AUDIENCE_LISTS, aPreview, MANAGER } from './support/console-people.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'
import { settle } from './support/show.ts'
import { aProfile } from './support/builders.ts'

const LIST = 'GET /api/assignments'
const NEW = 'POST /api/assignments'
const ONE = 'GET /api/assignments/7'
const CUSTOMERS = 'GET /api/assignments/7/customers'

enableAutoUnmount(afterEach)
beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const totals = {
  customers: 30,
  tasks: 26,
  notStarted: 10,
  inProgress: 4,
  done: 12,
  dismissed: 0,
  expired: 0,
  cancelled: 0,
  notDispatched: 4,
  purchasedAfter: 3,
}
const brief = {
  id: '7',
  title: '银卡换季邀约',
  createdBy: { userid: 'boss', name: '陈店长' },
  createdAt: '2026-11-22T01:00:00Z',
  dispatchAt: '2026-11-22T01:00:00Z',
  dueAt: '2026-11-24T12:00:00Z',
  state: 'open',
  dispatch: { done: 30, total: 30 },
  totals,
} satisfies AssignmentBrief
const aView = (over: Partial<AssignmentView> = {}): AssignmentView => ({
  ...brief,
  instruction: '请她周末来试大衣',
  words: null,
  template: null,
  filter: { tier: ['silver'] },
  assign: 'owner',
  maxPerGuide: 5,
  byStore: [
    { storeNo: 'S1', name: '西湖店', tasks: 20, started: 14, done: 10, overdue: 0 },
    { storeNo: 'S2', name: '万象城店', tasks: 6, started: 2, done: 2, overdue: 1 },
  ],
  byGuide: [
    {
      userid: 'limin',
      name: '李敏',
      storeName: '西湖店',
      tasks: 20,
      started: 14,
      done: 10,
      overdue: 0,
      // 40 minutes ago
      pressedAt: '2026-11-22T02:30:00Z',
    },
    {
      userid: 'wangfang',
      name: '王芳',
      storeName: '万象城店',
      tasks: 6,
      started: 2,
      done: 2,
      overdue: 1,
      pressedAt: null,
    },
  ],
  ...over,
})
const aCustomer = (over: Partial<AssignmentCustomer> = {}): AssignmentCustomer => ({
  customerId: '11',
  name: '张晓雅',
  guide: { userid: 'limin', name: '李敏' },
  taskId: '501',
  state: 'done',
  why: null,
  whyText: null,
  touchedAt: '2026-11-22T01:10:00Z',
  outcome: 'replied',
  purchasedAfter: true,
  ...over,
})
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': MANAGER,
  ...AUDIENCE_LISTS,
  'POST /api/audiences/preview': aPreview(30),
  'GET /api/customers/11': aProfile({ name: '张晓雅' }),
  [LIST]: { items: [brief], nextCursor: null },
  [ONE]: aView(),
  [CUSTOMERS]: {
    items: [
      aCustomer(),
      aCustomer({
        customerId: '12',
        name: '王小明',
        guide: null,
        taskId: null,
        state: 'not_dispatched',
        why: 'no_consent',
        whyText: '客户说过不再联系',
        touchedAt: null,
        outcome: null,
        purchasedAfter: false,
      }),
    ],
    nextCursor: null,
  },
  ...over,
})

async function pause() {
  await settle()
  vi.advanceTimersByTime(400)
  await settle()
}

describe('the list of assignments', () => {
  it('shows each with its state and how much is done', async () => {
    const { wrapper } = await showConsole(routes(), '/assignments')

    for (const said of ['银卡换季邀约', '进行中', '12 / 26', '陈店长'])
      expect(wrapper.text()).toContain(said)
    expect(wrapper.find('tbody a').attributes('href')).toBe('/assignments/7')
    expect(wrapper.find('nav .router-link-active').text()).toBe('派单')
  })

  it('narrows to a state', async () => {
    const { server, tap } = await showConsole(routes(), '/assignments')

    await tap('已取消')

    expect(server.calls.at(-1)?.path).toBe('/api/assignments?state=cancelled')
  })

  it('says that there is none, and what failed', async () => {
    const empty = await showConsole(
      routes({ [LIST]: { items: [], nextCursor: null } }),
      '/assignments',
    )
    expect(empty.wrapper.text()).toContain('还没有派过单')
    empty.wrapper.unmount()

    const failed = await showConsole(
      routes({ [LIST]: refusal(500, 'INTERNAL', '服务出了点问题。') }),
      '/assignments',
    )
    expect(failed.wrapper.text()).toContain('服务出了点问题。')
    failed.server.routes[LIST] = { items: [brief], nextCursor: null }
    await failed.tap('再试一次')
    expect(failed.wrapper.text()).toContain('银卡换季邀约')
  })
})

describe('a new assignment', () => {
  async function showNew(over: Routes = {}) {
    const shown = await showConsole(routes({ [NEW]: aView(), ...over }), '/assignments/new')
    const { wrapper } = shown
    return {
      ...shown,
      chooseSilver: async () => {
        await wrapper.find('select[aria-label="加一个条件"]').setValue('tier')
        await shown.tap('银卡')
        await pause()
      },
      fillIn: async (title = '银卡换季邀约') => {
        await wrapper.find('[name="title"]').setValue(title)
        await wrapper.find('[name="instruction"]').setValue('请她周末来试大衣')
      },
      submit: async () => {
        await wrapper.find('form button[type="submit"].primary').trigger('submit')
        await pause()
      },
    }
  }

  it('says what is missing at each field, and sends nothing', async () => {
    const { wrapper, server, submit } = await showNew()

    await submit()

    for (const said of ['先选好要联系的客户', '起个名字', '写一句要导购做什么'])
      expect(wrapper.text()).toContain(said)
    expect(wrapper.find('[name="title"]').attributes('aria-invalid')).toBe('true')
    expect(server.sentTo(NEW)).toEqual([])
  })

  it('sums up who gets it and who can’t be contacted before it is sent', async () => {
    const { wrapper, chooseSilver } = await showNew({
      'POST /api/audiences/preview': aPreview(30),
    })

    await chooseSilver()

    expect(wrapper.text()).toContain('将派给 1 家店的导购，共 30 位客户')
    expect(wrapper.text()).toContain('2 位联系不上：1 位说过不再联系，1 位还没有导购好友')
    expect(wrapper.text()).toContain('现在派出，11月24日 20:00截止')
  })

  it('says how many guides get how many, and who is beyond the limit', async () => {
    const { wrapper, server, chooseSilver } = await showNew({
      'POST /api/audiences/preview': aPreview(30),
      'POST /api/assignments/preview': {
        guides: 12,
        customers: 25,
        beyondLimit: 3,
        most: [
          { userid: 'limin', name: '李敏', storeName: '西湖店', customers: 5 },
          { userid: 'wangfang', name: '王芳', storeName: '万象城店', customers: 4 },
        ],
      },
    })

    await chooseSilver()
    await wrapper.find('[name="maxPerGuide"]').setValue('5')
    await pause()

    expect(server.sentTo('POST /api/assignments/preview').at(-1)).toEqual({
      filter: { tier: ['silver'] },
      assign: 'owner',
      maxPerGuide: 5,
    })
    expect(wrapper.text()).toContain('12 位导购会收到任务，共 25 位客户能派出去')
    expect(wrapper.text()).toContain('李敏 5 位、王芳 4 位，还有 10 位导购')
    expect(wrapper.text()).toContain('超出每位导购的上限，3 位客户派不出去')
  })

  it('counts a chain by guide only when asked to', async () => {
    const { wrapper, server, tap, chooseSilver } = await showNew({
      'POST /api/audiences/preview': { ...aPreview(30), count: 50_001 },
      'POST /api/assignments/preview': { guides: 0, customers: 0, beyondLimit: 0, most: [] },
    })
    await chooseSilver()
    expect(server.sentTo('POST /api/assignments/preview')).toEqual([])

    await tap('算一下每位导购会有几位客户')
    await pause()

    expect(server.sentTo('POST /api/assignments/preview')).toHaveLength(1)
    expect(wrapper.text()).toContain('没有导购能收到')
  })

  it('is sent as it was filled in, and leads to its page', async () => {
    const { wrapper, server, router, tap, chooseSilver, fillIn, submit } = await showNew()
    await chooseSilver()
    await fillIn(' 银卡换季邀约 ')
    await wrapper.find('[name="words"]').setValue('大衣到了')
    await tap('称呼')
    await wrapper.find('[name="maxPerGuide"]').setValue('5')
    await wrapper.findAll('[name="assign"]')[2]?.setValue(true)
    const guide = wrapper.findAll('input[role="combobox"]').at(-1)
    await guide?.trigger('focus')
    await guide?.trigger('keydown', { key: 'Enter' })
    await wrapper.find('[name="dueAt"]').setValue('2026-11-25')
    await wrapper.findAll('input[type="checkbox"]')[0]?.setValue(true)
    await submit()

    expect(server.sentTo(NEW)).toEqual([
      {
        title: '银卡换季邀约',
        instruction: '请她周末来试大衣',
        filter: { tier: ['silver'] },
        words: '大衣到了{称呼}',
        assign: 'guide:limin',
        maxPerGuide: 5,
        dueAt: '2026-11-25T12:00:00.000Z',
      },
    ])
    expect(router.currentRoute.value.path).toBe('/assignments/7')
  })

  it('goes out with words that are kept for assignments, instead of one’s own', async () => {
    const { wrapper, server, chooseSilver, fillIn, submit } = await showNew({
      'GET /api/templates': {
        storeNo: null,
        situations: [
          {
            kind: 'follow_up',
            situation: 'any',
            kindLabel: '派单',
            label: '都用这一段',
            variables: [],
            templates: [
              { id: 'follow_up.any', isDefault: true, name: '默认话术', variants: [] },
              {
                id: 'abcdefabcdef',
                isDefault: false,
                name: '换季',
                variants: [{ code: 'A', text: '{称呼}，换季啦', weight: 1 }],
              },
            ],
            stores: 0,
          },
        ],
      },
    })
    await chooseSilver()
    await fillIn()
    await wrapper.find('[name="words"]').setValue('写了一半')

    await wrapper.find('[name="templateId"]').setValue('abcdefabcdef')
    expect(wrapper.find('[name="words"]').exists()).toBe(false)
    expect(wrapper.text()).toContain('张女士，换季啦')
    await wrapper.findAll('input[type="checkbox"]')[0]?.setValue(true)
    await submit()

    expect(server.sentTo(NEW)).toMatchObject([{ templateId: 'abcdefabcdef' }])
    expect(server.sentTo(NEW)[0]).not.toHaveProperty('words')
  })

  it('shows the words as a real customer of the sample reads them', async () => {
    const { wrapper, chooseSilver } = await showNew()
    await chooseSilver()

    await wrapper.find('[name="words"]').setValue('{称呼}，{导购}在{门店}等您，{等级}')
    await pause()

    expect(wrapper.text()).toContain('张晓雅会看到')
    expect(wrapper.text()).toContain('张晓雅，李敏在西湖店等您，银卡')
  })

  it('refuses a variable that there is not', async () => {
    const { wrapper, server, chooseSilver, fillIn, submit } = await showNew()
    await chooseSilver()
    await fillIn()
    await wrapper.find('[name="words"]').setValue('{生日}快乐')

    await submit()

    expect(wrapper.text()).toContain('有认不出的变量')
    expect(server.sentTo(NEW)).toEqual([])
  })

  it('shows what the server refuses at its field', async () => {
    const { wrapper, chooseSilver, fillIn, submit } = await showNew({
      [NEW]: refusal(400, 'BAD_INPUT', '截止时间太早。', 'dueAt'),
    })
    await chooseSilver()
    await fillIn()
    await wrapper.find('input[type="checkbox"]').setValue(true)

    await submit()

    const field = wrapper.find('[name="dueAt"]')
    expect(field.attributes('aria-invalid')).toBe('true')
    expect(wrapper.text()).toContain('截止时间太早。')
  })

  it('goes to everybody only after a tick', async () => {
    const { wrapper, server, chooseSilver, fillIn, submit } = await showNew()
    // the preview says 30 of the filter and of everybody
    await chooseSilver()
    await fillIn()
    await submit()
    expect(wrapper.text()).toContain('请先勾选确认')
    expect(server.sentTo(NEW)).toEqual([])

    await wrapper.find('input[type="checkbox"]').setValue(true)
    await submit()

    expect(server.sentTo(NEW)).toHaveLength(1)
  })
})

describe('an assignment’s page', () => {
  it('shows the figures, the audience as a sentence, stores, guides, and why somebody has no task', async () => {
    const { wrapper } = await showConsole(routes(), '/assignments/7')

    for (const said of [
      '等级：银卡',
      '各自的导购，每位导购最多 5 位',
      '万象城店',
      '2 / 6',
      '客户说过不再联系',
      '之后下单了',
      '每 10 秒更新',
    ])
      expect(wrapper.text()).toContain(said)
  })

  it('follows the events of the server, and asks every ten seconds where they are cut', async () => {
    const sources: FakeEvents[] = []
    class FakeEvents extends EventTarget {
      readonly url: string
      constructor(url: string) {
        super()
        this.url = url
        sources.push(this)
      }
      close = vi.fn()
    }
    vi.stubGlobal('EventSource', FakeEvents)
    const { wrapper } = await showConsole(routes(), '/assignments/7')
    const [source] = sources
    const { state, dispatch, byStore, byGuide } = aView()
    const data = JSON.stringify({
      state,
      dispatch,
      byStore,
      byGuide,
      totals: { ...totals, done: 13 },
    })

    source?.dispatchEvent(new MessageEvent('progress', { data }))
    await settle()
    expect(source?.url).toBe('/api/assignments/7/events')
    expect(wrapper.find('.figures').text()).toContain('13')
    expect(wrapper.text()).toContain('实时更新')

    source?.dispatchEvent(new Event('error'))
    await settle()
    expect(wrapper.text()).toContain('每 10 秒更新')
    wrapper.unmount()
    expect(source?.close).toHaveBeenCalled()
  })

  it('narrows the customers and their CSV to a guide and a state', async () => {
    const { wrapper, server, tap } = await showConsole(routes(), '/assignments/7')

    await tap('王芳')
    await tap('没派出')

    expect(server.calls.at(-1)?.path).toBe(
      '/api/assignments/7/customers?guide=wangfang&state=not_dispatched',
    )
    expect(wrapper.find('a[download]').attributes('href')).toBe(
      '/api/assignments/7/customers?guide=wangfang&state=not_dispatched&format=csv',
    )
  })

  it('says when a guide may be pressed again, and presses the others', async () => {
    const { server, button, tap } = await showConsole(
      routes({
        'POST /api/assignments/7/press': {
          pressed: 0,
          guides: 0,
          tooSoon: [{ userid: 'wangfang', name: '王芳', again: '2026-11-22T06:00:00Z' }],
        },
      }),
      '/assignments/7',
    )
    expect(button('今天 11:30可再催').attributes('disabled')).toBeDefined()

    await tap('催办 王芳')

    expect(server.sentTo('POST /api/assignments/7/press')).toEqual([{ guide: 'wangfang' }])
    expect(button('今天 14:00可再催').attributes('disabled')).toBeDefined()
  })

  it('presses everybody who is not done at once', async () => {
    const { server, tap } = await showConsole(
      routes({ 'POST /api/assignments/7/press': { pressed: 4, guides: 1, tooSoon: [] } }),
      '/assignments/7',
    )

    await tap('催办全部没完成的')

    expect(server.sentTo('POST /api/assignments/7/press')).toEqual([{}])
  })

  it('is cancelled only after asking once more', async () => {
    const { server, tap } = await showConsole(
      routes({ 'POST /api/assignments/7/cancel': null }),
      '/assignments/7',
    )

    await tap('取消派单')
    expect(server.sentTo('POST /api/assignments/7/cancel')).toEqual([])
    await tap('确认取消')

    expect(server.sentTo('POST /api/assignments/7/cancel')).toEqual([{}])
  })

  it('has no pressing and no cancelling once it is over', async () => {
    const { wrapper } = await showConsole(
      routes({ [ONE]: aView({ state: 'over' }) }),
      '/assignments/7',
    )

    expect(wrapper.text()).not.toContain('催办')
    expect(wrapper.text()).not.toContain('取消派单')
    expect(wrapper.text()).toContain('再派一次')
  })

  it('is assigned again with new times, and leads there', async () => {
    const { wrapper, server, router, tap } = await showConsole(
      routes({
        'POST /api/assignments/7/repeat': aView({ id: '8' }),
        'GET /api/assignments/8': aView({ id: '8' }),
      }),
      '/assignments/7',
    )

    await tap('再派一次')
    await wrapper.find('[role="dialog"] [name="dueAt"]').setValue('2026-11-21')
    await tap('派出')
    expect(wrapper.text()).toContain('截止时间要在派出之后')
    await wrapper.find('[role="dialog"] [name="dueAt"]').setValue('2026-11-30')
    await wrapper.find('[role="dialog"] .primary').trigger('click')
    await settle()

    expect(server.sentTo('POST /api/assignments/7/repeat')).toEqual([
      { dueAt: '2026-11-30T12:00:00.000Z' },
    ])
    expect(router.currentRoute.value.path).toBe('/assignments/8')
  })

  it('says that there is none where it is not in one’s scope', async () => {
    const { wrapper } = await showConsole(
      routes({ [ONE]: refusal(404, 'ASSIGNMENT_NOT_FOUND', '没有。') }),
      '/assignments/7',
    )

    expect(wrapper.text()).toContain('没有这个派单')
  })
})
