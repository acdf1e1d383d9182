import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MergePreview, MergeView } from '../../server/api/customer-merges/schema.ts'
// loaded with the test, not while the first one waits
import '../../sidebar/pages/Console/Customer/CustomerPage.vue'
import '../../sidebar/pages/Console/Merges/DuplicatesPage.vue'
import '../../sidebar/pages/Console/Merges/MergePage.vue'
import { aLibrary, aProfile } from './support/builders.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { settle } from './support/show.ts'
import { showConsole } from './support/show-console.ts'

const PREVIEW = 'POST /api/customer-merges/preview'
const MERGE = 'POST /api/customer-merges'
const hq = { userid: 'zongbu', name: '总部', role: 'hq', stores: [], sync: null }
const side = (id: string, parts: Partial<MergePreview['from']> = {}): MergePreview['from'] => ({
  id,
  name: `顾客${id}`,
  memberNo: `M${id}`,
  storeName: '西湖店',
  guideName: '李敏',
  tier: { code: 'silver', name: '银', colour: '#5f6f85' },
  stage: 'active',
  rfm: null,
  lastPurchase: '2026-11-20',
  orders365: 3,
  spend365Fen: 30_000,
  cycleDays: null,
  pAlive: null,
  points: 0,
  consent: 'all',
  joinedOn: '2024-01-01',
  inWecom: false,
  ...parts,
})
const preview = (over: Partial<MergePreview> = {}): MergePreview => ({
  from: side('12'),
  into: side('11', { inWecom: true }),
  conflicts: [{ field: 'name', from: '张小雅', into: '张晓雅' }],
  together: {
    orders: 9,
    spend365Fen: 90_000,
    points: 300,
    coupons: 2,
    relations: 1,
    tasks: 1,
  },
  tier: { code: 'gold', name: '金', colour: '#9a6b00' },
  consent: 'all',
  ...over,
})
const view: MergeView = {
  id: '5',
  from: { id: '12', name: '顾客12' },
  into: { id: '11', name: '顾客11' },
  by: '总部',
  at: '2026-11-22T02:00:00Z',
  undoneAt: null,
  undoUntil: '2026-12-22T02:00:00Z',
}
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': hq,
  [PREVIEW]: preview(),
  [MERGE]: view,
  'GET /api/customer-duplicates': {
    items: [{ customers: [side('12'), side('11', { inWecom: true })] }],
    nextCursor: null,
  },
  'GET /api/customer-merges': { items: [view], nextCursor: null },
  'POST /api/customer-merges/5/undo': { ...view, undoneAt: '2026-11-22T03:00:00Z' },
  'GET /api/customers/11': aProfile(),
  'GET /api/customers/11/timeline': { items: [], nextCursor: null },
  'GET /api/tags': aLibrary(),
  ...over,
})
const show = (path: string, over: Routes = {}) => showConsole(routes(over), path)

enableAutoUnmount(afterEach)

describe('likely duplicates', () => {
  it('are shown with the better one to keep first, and lead to both side by side', async () => {
    const { wrapper } = await show('/customers/duplicates')

    expect(wrapper.findAll('.group a').map((link) => link.attributes('href'))).toEqual([
      '/customers/11',
      '/customers/12',
      '/customers/11?with=12',
    ])
  })

  it('are looked for by another sign on a tap, and it is said when there are none', async () => {
    const { wrapper, server, tap } = await show('/customers/duplicates')
    server.routes['GET /api/customer-duplicates'] = { items: [], nextCursor: null }
    await tap('姓名和生日相同')

    expect(server.calls.at(-1)?.path).toBe('/api/customer-duplicates?by=name')
    expect(wrapper.text()).toContain('没有找到疑似重复的客户')
  })

  it('stand above the latest merges, each with a way back', async () => {
    const { wrapper, server, tap } = await show('/customers/duplicates')
    expect(wrapper.text()).toContain('顾客12 并入 顾客11')

    await tap('撤销 顾客12')
    expect(server.sentTo('POST /api/customer-merges/5/undo')).toHaveLength(1)
    expect(wrapper.text()).toContain('两位客户都回来了')
  })

  it('are headquarters’ alone', async () => {
    const { wrapper } = await show('/customers/duplicates', {
      'GET /api/me': { ...hq, role: 'manager' },
    })

    expect(wrapper.text()).not.toContain('疑似重复的客户')
  })
})

describe('two customers side by side', () => {
  it('say what they have together, and which number goes on', async () => {
    const { wrapper } = await show('/customers/11?with=12')
    const text = wrapper.text()

    expect(text).toContain('¥900')
    expect(text).toContain('金')
    expect(text).toContain('以后用会员号 M12 传来的订单')
    expect(text).not.toContain('不再联系')
  })

  it('are merged by what was chosen, and undone from the message', async () => {
    const { wrapper, server, router, tap } = await show('/customers/11?with=12')
    await wrapper.findAll('input[name="name"]')[1]?.setValue()
    await tap('合并这两位')

    expect(server.sentTo(MERGE)).toEqual([{ from: '12', into: '11', take: ['name'] }])
    expect(router.currentRoute.value.fullPath).toBe('/customers/11')
    await tap('撤销')
    expect(server.sentTo('POST /api/customer-merges/5/undo')).toHaveLength(1)
  })

  it('can change places', async () => {
    const { wrapper, server, router } = await show('/customers/11?with=12')
    const swap = wrapper.findAll('a').find((link) => link.text().includes('换另一位保留'))
    await router.push(swap?.attributes('href') ?? '')
    await settle()

    expect(server.sentTo(PREVIEW).at(-1)).toEqual({ from: '11', into: '12' })
  })

  it('tell answers apart that look the same', async () => {
    const { wrapper } = await show('/customers/11?with=12', {
      [PREVIEW]: preview({ conflicts: [{ field: 'birthday', from: '05-20', into: '05-20' }] }),
    })

    expect(wrapper.text()).toContain('05-20（保留的这位的）')
    expect(wrapper.text()).toContain('05-20（并入的那位的）')
  })

  it('can’t be merged when WeCom knows both, and a refusal is told', async () => {
    const both = await show('/customers/11?with=12', {
      [PREVIEW]: preview({ from: side('12', { inWecom: true }) }),
    })
    expect(both.wrapper.text()).toContain('都是企微好友，不能合并')
    expect(both.wrapper.text()).not.toContain('合并这两位')
    both.wrapper.unmount()

    const refused = await show('/customers/11?with=12', {
      [MERGE]: refusal(409, 'CUSTOMERS_NOT_MERGEABLE', '两位都是企业微信好友'),
    })
    await refused.tap('合并这两位')
    expect(refused.wrapper.text()).toContain('两位都是企业微信好友')
    expect(refused.router.currentRoute.value.query['with']).toBe('12')
  })

  it('are found from a customer’s page by a word', async () => {
    const { wrapper, tap } = await show('/customers/11', {
      'POST /api/customers/search': { items: [side('11'), side('12')], nextCursor: null },
    })
    await tap('和重复的客户合并')
    vi.useFakeTimers()
    await wrapper.find('input[type="search"]').setValue('张')
    vi.advanceTimersByTime(400)
    vi.useRealTimers()
    await settle()

    // not with themselves
    expect(wrapper.findAll('.found a').map((link) => link.attributes('href'))).toEqual([
      '/customers/11?with=12',
    ])
  })
})
