import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
// loaded with the test, not while the first one waits
import '../../sidebar/pages/Console/Customers/MoreConditions.vue'
import { refusal, type Routes } from './support/fake-server.ts'
import { settle } from './support/show.ts'
import { showConsole } from './support/show-console.ts'

const SEARCH = 'POST /api/customers/search'
const line = (id: string, name: string) => ({
  id,
  name,
  memberNo: `M${id}`,
  storeName: '西湖店',
  guideName: '李敏',
  tier: { code: 'silver', name: '银', colour: '#5f6f85' },
  stage: 'active',
  rfm: { eight: '重要价值', five: '高频价值' },
  lastPurchase: '2026-11-20',
  orders365: 12,
  spend365Fen: 250_000,
  cycleDays: 14.5,
  pAlive: 0.93,
  points: 300,
  consent: id === '2' ? 'none' : 'all',
  joinedOn: '2024-01-01',
})
const manager = {
  userid: 'boss',
  name: '陈店长',
  role: 'manager',
  stores: [
    { storeNo: 'S1', name: '西湖店' },
    { storeNo: 'S2', name: '万象城店' },
  ],
  sync: null,
}
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': manager,
  [SEARCH]: { items: [line('1', '张晓雯'), line('2', '李强')], nextCursor: 'more' },
  'POST /api/audiences/preview': {
    count: 1234,
    sample: [],
    byStore: [],
    notReachable: { no_consent: 3, no_relation: 40 },
  },
  'GET /api/tiers': {
    tiers: [{ tier: { code: 'silver', name: { 'zh-CN': '银', en: 'Silver' } } }],
  },
  ...over,
})
/** what the builder chooses from */
const LISTS: Routes = {
  'GET /api/tags': { tags: [], groups: [] },
  'GET /api/guides': { items: [] },
  'GET /api/segments': {
    items: [
      {
        id: '7',
        name: '周末来的',
        filter: { tags: { any: ['9'] } },
        createdBy: { userid: 'boss', name: '陈店长' },
        own: true,
        createdAt: '2026-11-01T00:00:00Z',
      },
    ],
  },
}
const show = (over: Routes = {}) => showConsole(routes(over), '/customers')

enableAutoUnmount(afterEach)
beforeEach(() => localStorage.clear())

describe('the console’s customers', () => {
  it('are listed with their figures, counted, and those who can’t be reached said', async () => {
    const { wrapper } = await show()

    expect(wrapper.text()).toContain('张晓雯')
    expect(wrapper.text()).toContain('¥2,500')
    expect(wrapper.text()).toContain('共 1,234 位')
    expect(wrapper.text()).toContain('其中 43 位联系不上')
    expect(wrapper.text()).toContain('不打扰')
    expect(wrapper.find('tbody a').attributes('href')).toBe('/customers/1')
  })

  it('come page after page', async () => {
    const { wrapper, server, tap } = await show()
    server.routes[SEARCH] = { items: [line('3', '王芳')], nextCursor: null }
    await tap('加载更多')

    expect(server.sentTo(SEARCH).at(-1)).toMatchObject({ cursor: 'more' })
    expect(wrapper.findAll('tbody tr')).toHaveLength(3)
    expect(wrapper.text()).not.toContain('加载更多')
  })

  it('are narrowed by the server, by all conditions together, and cleared with one tap', async () => {
    const { wrapper, server, tap } = await show()
    const [, tier, , last] = wrapper.findAll('form select')
    await tier?.setValue('silver')
    await last?.setValue('quarter')
    await settle()

    expect(server.sentTo(SEARCH).at(-1)).toMatchObject({
      filter: { and: [{ tier: ['silver'] }, { lastPurchase: { min: 31, max: 90 } }] },
      sort: 'recent',
    })
    await tap('清除条件')
    expect(server.sentTo(SEARCH).at(-1)).toEqual({ sort: 'recent' })
  })

  it('are looked for when the typing pauses, not with each key', async () => {
    const { wrapper, server } = await show()
    const asked = server.sentTo(SEARCH).length
    vi.useFakeTimers()
    await wrapper.find('input[type="search"]').setValue('张')
    await wrapper.find('input[type="search"]').setValue('张晓')
    vi.advanceTimersByTime(400)
    vi.useRealTimers()
    await settle()

    expect(server.sentTo(SEARCH)).toHaveLength(asked + 1)
    expect(server.sentTo(SEARCH).at(-1)).toMatchObject({ text: '张晓' })
  })

  it('have the columns that were chosen, next time too', async () => {
    const first = await show()
    await first.wrapper.find('input[value="points"]').setValue(true)
    await first.wrapper.find('input[value="spend"]').setValue(false)
    first.wrapper.unmount()

    const { wrapper } = await show()
    const heads = wrapper.findAll('thead th').map((head) => head.text())
    expect(heads).toContain('积分')
    expect(heads).not.toContain('近一年消费')
  })

  it('say that nobody fits, that there is nobody, and what failed', async () => {
    const empty = await show({ [SEARCH]: { items: [], nextCursor: null } })
    expect(empty.wrapper.text()).toContain('还没有客户')
    await empty.wrapper.findAll('form select')[1]?.setValue('silver')
    await settle()
    expect(empty.wrapper.text()).toContain('没有符合条件的客户')
    empty.wrapper.unmount()

    const failed = await show({ [SEARCH]: refusal(500, 'INTERNAL', '服务出了点问题。') })
    expect(failed.wrapper.text()).toContain('服务出了点问题。')
    failed.server.routes[SEARCH] = { items: [line('1', '张晓雯')], nextCursor: null }
    await failed.tap('再试一次')
    expect(failed.wrapper.text()).toContain('张晓雯')
  })
})

describe('the list’s address', () => {
  it('says what the list shows, so that a link shows the same', async () => {
    const { wrapper, router } = await show()
    const [, tier, , last] = wrapper.findAll('form select')
    await tier?.setValue('silver')
    await last?.setValue('quarter')
    await wrapper.find('.line select').setValue('spend')
    await settle()
    const { fullPath } = router.currentRoute.value
    wrapper.unmount()

    const { server } = await showConsole(routes(), fullPath)
    expect(server.sentTo(SEARCH)).toEqual([
      {
        filter: { and: [{ tier: ['silver'] }, { lastPurchase: { min: 31, max: 90 } }] },
        sort: 'spend',
      },
    ])
  })

  it('never has the words that are searched for', async () => {
    const { wrapper, router } = await show()
    vi.useFakeTimers()
    await wrapper.find('input[type="search"]').setValue('13812341234')
    vi.advanceTimersByTime(400)
    vi.useRealTimers()
    await settle()

    expect(router.currentRoute.value.fullPath).toBe('/customers')
  })

  it('may have more conditions, which are shown and hold together with the others', async () => {
    const where = encodeURIComponent('{"spend365":{"min":100000}}')
    const { wrapper, server, tap, router } = await showConsole(
      routes(LISTS),
      `/customers?tier=silver&where=${where}`,
    )

    expect(server.sentTo(SEARCH).at(-1)).toMatchObject({
      filter: { and: [{ tier: ['silver'] }, { spend365: { min: 100_000 } }] },
    })
    expect(wrapper.find('#more-conditions').text()).toContain('近一年消费')
    await tap('清除条件')
    expect(server.sentTo(SEARCH).at(-1)).toEqual({ sort: 'recent' })
    expect(router.currentRoute.value.fullPath).toBe('/customers')
  })

  it.each(['{', '[]', '{"nothing":[]}', '{"tier":5}', '{"and":[]}', '{"tags":{}}'])(
    'is followed as far as it can be read: %s',
    async (text) => {
      const { wrapper, server } = await showConsole(
        routes(),
        `/customers?stage=never&where=${encodeURIComponent(text)}`,
      )

      expect(wrapper.text()).toContain('链接里的条件看不懂')
      expect(server.sentTo(SEARCH)).toEqual([{ sort: 'recent' }])
    },
  )
})

describe('more conditions', () => {
  it('of a saved audience narrow the list and stand in the address', async () => {
    const { wrapper, server, router, tap } = await show(LISTS)
    await tap('更多条件')
    vi.useFakeTimers()
    await wrapper.find('#more-conditions select').setValue('7')
    await vi.advanceTimersByTimeAsync(900)
    vi.useRealTimers()
    await settle()

    expect(server.sentTo(SEARCH).at(-1)).toMatchObject({ filter: { tags: { any: ['9'] } } })
    expect(router.currentRoute.value.query['where']).toBe('{"tags":{"any":["9"]}}')
  })

  it('over a deleted tag say so, and where', async () => {
    const gone = (field: string) => refusal(400, 'BAD_INPUT', 'names a tag that was deleted', field)
    const { wrapper } = await showConsole(
      routes({
        ...LISTS,
        [SEARCH]: gone('filter.tags.any[0]'),
        'POST /api/audiences/preview': gone('filter.tags.any[0]'),
      }),
      `/customers?where=${encodeURIComponent('{"tags":{"any":["404"]}}')}`,
    )

    expect(wrapper.text()).toContain('有条件用不了了')
    expect(wrapper.find('#more-conditions').text()).toContain('标签已被删除')
  })
})
