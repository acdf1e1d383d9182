import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { CustomerHistory } from '../../server/api/customer-history/schema.ts'
// loaded with the test, not while the first one waits
import '../../sidebar/pages/Console/Customer/CustomerPage.vue'
import { aLibrary, aProfile, aTask } from './support/builders.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { settle } from './support/show.ts'
import { showConsole } from './support/show-console.ts'

const HISTORY = 'GET /api/customers/11/history'
const manager = {
  userid: 'boss',
  name: '陈店长',
  role: 'manager',
  stores: [{ storeNo: 'S1', name: '西湖店' }],
  sync: null,
}
const empty: CustomerHistory = {
  relations: [],
  consents: [],
  tierChanges: [],
  classChanges: [],
  lots: [],
  coupons: [],
  tasks: [],
  held: [],
}
const change = (n: number): CustomerHistory['classChanges'][number] => ({
  day: `2026-10-${String(n).padStart(2, '0')}`,
  what: 'rfm',
  before: '重要保持',
  after: `第${n}类`,
})
const full: CustomerHistory = {
  relations: [
    {
      userid: 'limin',
      name: '李敏',
      storeName: '西湖店',
      addedAt: '2025-01-01T00:00:00Z',
      endedAt: null,
      endedBy: null,
      half: false,
    },
    {
      userid: 'gone',
      name: '王芳',
      storeName: '西湖店',
      addedAt: '2024-01-01T00:00:00Z',
      endedAt: '2024-06-01T00:00:00Z',
      endedBy: 'customer',
      half: false,
    },
  ],
  consents: [{ consent: 'all', source: '到店说的', by: '李敏', at: '2026-11-01T00:00:00Z' }],
  tierChanges: [{ day: '2026-11-02', before: '铜', after: '银', reason: 'upgrade' }],
  classChanges: [1, 2, 3, 4, 5, 6, 7].map(change),
  lots: [{ points: 500, remaining: 200, availableOn: '2026-11-01', expiresOn: '2026-12-31' }],
  coupons: [
    {
      couponNo: 'C1',
      name: '满200减50',
      faceValueFen: 5000,
      state: 'used',
      expiresOn: '2026-11-30',
      usedAt: null,
    },
  ],
  tasks: [
    aTask(),
    aTask({
      id: '502',
      kind: 'birthday',
      state: 'done',
      closing: 'self_reported',
      closedAt: '2026-05-20T10:00:00Z',
    }),
  ],
  held: [
    {
      id: '7',
      kind: 'festival',
      why: '最近 7 天已联系 3 次',
      reason: '后天是冬至。',
      day: '2026-11-22',
      until: '2026-11-25',
      resolvedAt: null,
    },
  ],
}
const order = {
  id: 'order:1',
  type: 'order',
  at: '2026-10-22T04:00:00Z',
  by: '李敏',
  what: 'paid',
  text: '西湖店',
  amountFen: 32_000,
  detail: {
    orderNo: 'O1',
    refundedFen: 0,
    items: [{ name: '面霜', quantity: 2, amountFen: 32_000 }],
  },
}
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': manager,
  'GET /api/customers/11': aProfile(),
  [HISTORY]: full,
  'GET /api/customers/11/timeline': { items: [order], nextCursor: null },
  'GET /api/tags': aLibrary(),
  ...over,
})
const show = (over: Routes = {}) => showConsole(routes(over), '/customers/11')

enableAutoUnmount(afterEach)

describe('the console’s page of one customer', () => {
  it('shows what the sidebar shows, and what became of them', async () => {
    const { wrapper } = await show()
    await settle()
    const text = wrapper.text()

    expect(text).toContain('张晓雅')
    expect(text).toContain('敏感肌')
    // guides live and ended
    expect(text).toContain('2025年1月1日 添加')
    expect(text).toContain('2024年6月1日 客户删除了导购')
    expect(text).toContain('铜 → 银')
    expect(text).toContain('11月2日 · 达到条件')
    expect(text).toContain('200 分（共 500）')
    expect(text).toContain('满200减50 ¥50')
    expect(text).toContain('到店说的 · 李敏 记录')
    // an order with its lines
    expect(text).toContain('单号 O1')
    expect(text).toContain('面霜')
  })

  it('tells open tasks from ended ones, and why something waits and until when', async () => {
    const { wrapper } = await show()
    const text = wrapper.text()

    expect(text).toContain('通常 15 天买一次')
    expect(text).toContain('已结束')
    expect(text).toContain('最近 7 天已联系 3 次')
    expect(text).toContain('11月25日 起再看')
  })

  it('shows a few changes, and all of them on demand', async () => {
    const { wrapper, tap } = await show()
    expect(wrapper.text()).not.toContain('第1类')

    await tap('还有 2 条')
    expect(wrapper.text()).toContain('第1类')
  })

  it('shows the last orders, and earlier ones on demand, page after page', async () => {
    const many = Array.from({ length: 8 }, (_, n) => ({
      ...order,
      id: `order:${n}`,
      detail: { ...order.detail, orderNo: `O${n}` },
    }))
    const { wrapper, server, tap } = await show({
      'GET /api/customers/11/timeline': { items: many, nextCursor: 'next' },
    })
    expect(wrapper.text()).toContain('单号 O5')
    expect(wrapper.text()).not.toContain('单号 O6')

    await tap('更早的订单')
    expect(wrapper.text()).toContain('单号 O7')
    await tap('加载更多')
    expect(
      server.calls.some(
        ({ path }) =>
          path.includes('types=order&cursor=next') || path.includes('cursor=next&types=order'),
      ),
    ).toBe(true)
  })

  it('asks for the whole mobile only when somebody taps', async () => {
    const REVEAL = 'POST /api/customers/11/reveal-mobile'
    const { wrapper, server, tap } = await show({ [REVEAL]: { mobile: '13812341234' } })
    expect(server.sentTo(REVEAL)).toEqual([])
    expect(wrapper.text()).not.toContain('13812341234')

    await tap('查看 完整手机号')
    expect(wrapper.text()).toContain('13812341234')
  })

  it('says of whom nothing is known that nothing is', async () => {
    const { wrapper } = await show({
      [HISTORY]: empty,
      'GET /api/customers/11/timeline': { items: [], nextCursor: null },
    })

    for (const words of ['没有导购加过 TA', '还没有变化', '还没有任务', '还没有订单'])
      expect(wrapper.text()).toContain(words)
  })

  it('says that somebody isn’t theirs, and what failed, with a way to try again', async () => {
    const far = await show({
      'GET /api/customers/11': refusal(404, 'CUSTOMER_NOT_FOUND', '没有这位客户'),
      [HISTORY]: refusal(404, 'CUSTOMER_NOT_FOUND', '没有这位客户'),
    })
    expect(far.wrapper.text()).toContain('看不到这位客户')
    far.wrapper.unmount()

    const { wrapper, server, tap } = await show({
      [HISTORY]: refusal(500, 'INTERNAL', '服务出了点问题。'),
    })
    // what is known is shown all the same
    expect(wrapper.text()).toContain('张晓雅')
    expect(wrapper.text()).toContain('服务出了点问题。')
    server.routes[HISTORY] = full
    await tap('再试一次')
    expect(wrapper.text()).toContain('铜 → 银')
  })
})
