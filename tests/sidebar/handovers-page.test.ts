import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type {
  HandoverBrief,
  HandoverCustomer,
  HandoverPreview,
  HandoverView,
} from '../../server/api/handovers/schema.ts'
import { MANAGER } from './support/console-people.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'
import { settle } from './support/show.ts'

const LIST = 'GET /api/handovers'
const NEEDED = 'GET /api/handovers/needed'
const PREVIEW = 'POST /api/handovers/preview'
const NEW = 'POST /api/handovers'

enableAutoUnmount(afterEach)

const brief = {
  id: '7',
  from: { userid: 'lin', name: '林晓曼' },
  strategy: 'even',
  to: null,
  createdBy: { userid: 'boss', name: '陈店长' },
  createdAt: '2026-11-22T01:00:00Z',
  stage: 'waiting',
  completesAt: '2026-11-23T01:00:00Z',
  problem: null,
  totals: {
    customers: 30,
    waiting: 0,
    asked: 20,
    done: 5,
    refused: 2,
    limit: 1,
    impossible: 2,
    tasks: 3,
  },
} satisfies HandoverBrief
const aView = (over: Partial<HandoverView> = {}): HandoverView => ({
  ...brief,
  message: null,
  takers: [{ userid: 'limin', name: '李敏', customers: 15, done: 5, tasks: 3 }],
  ...over,
})
const aRow = (over: Partial<HandoverCustomer> = {}): HandoverCustomer => ({
  customerId: '11',
  name: '张晓雅',
  to: { userid: 'limin', name: '李敏' },
  state: 'impossible',
  why: 'twice',
  whyText: '90 天内已经交接过两次，企业微信不允许更多',
  important: true,
  spendFen: 320_000,
  askedAt: null,
  decidedAt: null,
  tasks: 0,
  ...over,
})
const aPreview = (over: Partial<HandoverPreview> = {}): HandoverPreview => ({
  from: brief.from,
  customers: 30,
  asked: 26,
  atOnce: 2,
  tasks: 4,
  takers: [
    { userid: 'limin', name: '李敏', customers: 28, spendFen: 1_250_000, tasks: 4, able: true },
    { userid: 'wangfang', name: '王芳', customers: 0, spendFen: 0, tasks: 0, able: false },
  ],
  cannot: [{ why: 'twice', whyText: '90 天内已经交接过两次', customers: 2 }],
  cannotFirst: [
    {
      customerId: '12',
      name: '李雪',
      why: 'twice',
      whyText: '90 天内已经交接过两次',
      again: '2026-12-30T02:00:00Z',
    },
  ],
  important: [{ customerId: '11', name: '张晓雅', spendFen: 320_000, to: '李敏' }],
  ...over,
})
const leaver = {
  userid: 'lin',
  name: '林晓曼',
  storeName: '西湖店',
  customers: 30,
  tasks: 4,
  underWay: 0,
}
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': MANAGER,
  'GET /api/guides': {
    items: [
      { userid: 'limin', name: '李敏', storeNo: 'S1', storeName: '西湖店' },
      { userid: 'wangfang', name: '王芳', storeNo: 'S1', storeName: '西湖店' },
    ],
  },
  [LIST]: { items: [brief], nextCursor: null },
  [NEEDED]: { items: [leaver] },
  [PREVIEW]: aPreview(),
  [NEW]: aView({ stage: 'planning' }),
  'GET /api/handovers/7': aView(),
  'GET /api/handovers/7/customers': { items: [aRow()], nextCursor: null },
  ...over,
})

describe('the list of handovers', () => {
  it('shows who has left with customers and the way to hand them over, and how far each handover is', async () => {
    const { wrapper } = await showConsole(routes(), '/handover')

    for (const said of [
      '林晓曼',
      '30 位客户',
      '4 个任务',
      '等客户 24 小时',
      '5 / 30',
      '店里平均分',
    ])
      expect(wrapper.text()).toContain(said)
    expect(wrapper.find('li a').attributes('href')).toBe('/handover/new?from=lin')
    expect(wrapper.find('nav .router-link-active').text()).toBe('交接')
  })

  it('says that nobody needs it and there is none, and what failed', async () => {
    const empty = await showConsole(
      routes({ [LIST]: { items: [], nextCursor: null }, [NEEDED]: { items: [] } }),
      '/handover',
    )
    expect(empty.wrapper.text()).toContain('没有人需要交接')
    expect(empty.wrapper.text()).toContain('还没有交接过')
    empty.wrapper.unmount()

    const failed = await showConsole(
      routes({ [LIST]: refusal(500, 'INTERNAL', '服务出了点问题。') }),
      '/handover',
    )
    expect(failed.wrapper.text()).toContain('服务出了点问题。')
    failed.server.routes[LIST] = { items: [brief], nextCursor: null }
    await failed.tap('再试一次')
    expect(failed.wrapper.text()).toContain('等客户 24 小时')
  })
})

describe('a new handover', () => {
  it('shows what would happen before anything is sent', async () => {
    const { wrapper, server } = await showConsole(routes(), '/handover/new?from=lin')

    for (const said of [
      '28 位客户和 4 个任务会交出去',
      '¥12,500',
      '还没有开通客户联系',
      '2 位不能交接',
      '12月30日起可以',
      '90 天内最多交接两次',
      '交接 28 位客户',
    ])
      expect(wrapper.text()).toContain(said)
    expect(server.sentTo(PREVIEW)).toEqual([{ from: 'lin', strategy: 'even' }])
    expect(server.sentTo(NEW)).toEqual([])
  })

  it('sends it with the words for customers, and opens it', async () => {
    const { wrapper, server, router } = await showConsole(routes(), '/handover/new?from=lin')

    await wrapper.find('textarea').setValue(' 以后由李敏照顾您 ')
    await wrapper.find('form').trigger('submit')
    await settle()

    expect(server.sentTo(NEW)).toEqual([
      { from: 'lin', strategy: 'even', message: '以后由李敏照顾您' },
    ])
    expect(router.currentRoute.value.path).toBe('/handover/7')
  })

  it('asks for the giver and the taker first', async () => {
    const { wrapper, server } = await showConsole(routes(), '/handover/new')
    await wrapper.find('input[value="to"]').setValue()
    await wrapper.find('form').trigger('submit')
    await settle()

    expect(wrapper.text()).toContain('请选要交出客户的导购。')
    expect(wrapper.text()).toContain('请选接手的同事。')
    expect(server.sentTo(NEW)).toEqual([])
  })

  it('can’t be sent where nobody can go, and says why', async () => {
    const nobody = aPreview({ asked: 0, atOnce: 0, takers: [], important: [] })
    const { wrapper } = await showConsole(routes({ [PREVIEW]: nobody }), '/handover/new?from=lin')

    expect(wrapper.text()).toContain('现在没有可以交接的客户。')
    expect(wrapper.text()).toContain('店里没有能接手的同事')
    expect(wrapper.find('button[type="submit"]').attributes('disabled')).toBeDefined()
  })

  it('shows the server’s refusal', async () => {
    const refused = refusal(422, 'HANDOVER_NOTHING', '林晓曼现在没有可以交接的客户。')
    const { wrapper } = await showConsole(routes({ [NEW]: refused }), '/handover/new?from=lin')
    await wrapper.find('form').trigger('submit')
    await settle()

    expect(wrapper.text()).toContain('林晓曼现在没有可以交接的客户。')
  })
})

describe('one handover', () => {
  it('shows each customer’s state and why not, its table to download, and when WeCom completes', async () => {
    const { wrapper } = await showConsole(routes(), '/handover/7')

    for (const said of ['林晓曼的交接', '张晓雅', '重要', '90 天内已经交接过两次', '完成'])
      expect(wrapper.text()).toContain(said)
    expect(wrapper.find('a[download]').attributes('href')).toBe(
      '/api/handovers/7/customers?format=csv',
    )
  })

  it('narrows to a state', async () => {
    const { wrapper, server } = await showConsole(routes(), '/handover/7')
    await wrapper.find('select').setValue('refused')
    await settle()

    expect(server.calls.at(-1)?.path).toBe('/api/handovers/7/customers?state=refused')
  })

  it('offers another try for those who did not go once it is over', async () => {
    const waiting = await showConsole(routes(), '/handover/7')
    expect(waiting.wrapper.text()).not.toContain('没成功的再交接一次')
    waiting.wrapper.unmount()

    const over = aView({ stage: 'over', completesAt: null })
    const { wrapper } = await showConsole(routes({ 'GET /api/handovers/7': over }), '/handover/7')
    const again = wrapper.findAll('a').find((link) => link.text() === '没成功的再交接一次')
    expect(again?.attributes('href')).toBe('/handover/new?from=lin')
  })

  it('says what stands in the way where WeCom takes no call, and that there is no such handover', async () => {
    const stuck = aView({ problem: 60020 })
    const shown = await showConsole(routes({ 'GET /api/handovers/7': stuck }), '/handover/7')
    expect(shown.wrapper.find('[role="alert"]').text()).toContain('60020')
    shown.wrapper.unmount()

    const gone = refusal(404, 'HANDOVER_NOT_FOUND', '没有这次交接。')
    const { wrapper } = await showConsole(routes({ 'GET /api/handovers/7': gone }), '/handover/7')
    expect(wrapper.text()).toContain('没有这次交接')
  })
})
