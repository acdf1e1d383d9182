import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { aTask, aTaskPage } from './support/builders.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { settle } from './support/show.ts'
import { showConsole } from './support/show-console.ts'

const REPORT = 'GET /api/reports/overview'
const rate = (numerator: number, denominator: number) => ({
  numerator,
  denominator,
  rate: denominator === 0 ? null : numerator / denominator,
})
const counts = { sent: 28, purchasedAfter: 6 }
const report = {
  period: { from: '2026-11-16', to: '2026-11-22' },
  execution: rate(148, 201),
  completion: rate(121, 168),
  sent: 140,
  purchasedAfter: 23,
  byDay: [{ day: '2026-11-22', execution: rate(30, 34), completion: rate(0, 0) }],
  byKind: [{ kind: 'birthday', execution: rate(30, 34), completion: rate(0, 0) }],
  level: 'guide',
  places: [
    { key: 'limin', name: '李敏', execution: rate(30, 34), completion: rate(0, 0), ...counts },
  ],
}
const atLevel = (level: string, key: string, name: string | null) => ({
  ...report,
  level,
  places: [{ key, name, execution: rate(30, 34), completion: rate(1, 2), ...counts }],
})
const exceptions = {
  day: '2026-11-22',
  notStarted: rate(2, 9),
  guides: [{ userid: 'limin', name: '李敏', storeName: '西湖店', tasks: 8 }],
  heldBack: [{ why: 'guide_day', candidates: 31 }],
  failed: [{ kind: 'app_message', errcode: 60020, messages: 4 }],
}
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
  [REPORT]: report,
  'GET /api/reports/exceptions': exceptions,
  'GET /api/tasks': aTaskPage([aTask({ touchedAt: '2026-11-22T01:10:00Z', outcome: 'replied' })]),
  ...over,
})

enableAutoUnmount(afterEach)

describe('管理台', () => {
  it('shows each rate with its numerator, denominator and period', async () => {
    const { wrapper, server } = await showConsole(routes())

    expect(wrapper.text()).toContain('73.6%')
    expect(wrapper.text()).toContain('148 / 201')
    expect(wrapper.text()).toContain('2026-11-16 至 2026-11-22')
    expect(server.calls.some((call) => call.path.includes('from=2026-11-16&to=2026-11-22'))).toBe(
      true,
    )
  })

  it('shows the tasks with when they were acted on and what came of it', async () => {
    const { wrapper } = await showConsole(routes())

    expect(wrapper.text()).toContain('2 小时前')
    expect(wrapper.text()).toContain('回复了')
  })

  it('narrows the report, its CSV and the tasks to a store, the tasks to a guide', async () => {
    const { wrapper, server, tap } = await showConsole(routes())

    await wrapper.find('select').setValue('S2')
    await settle()
    await tap('李敏')

    expect(wrapper.find('a[download]').attributes('href')).toBe(
      '/api/reports/overview?from=2026-11-16&to=2026-11-22&store=S2&format=csv',
    )
    expect(
      server.calls.some(({ path }) =>
        path.includes('/api/tasks?bucket=today&guide=limin&store=S2'),
      ),
    ).toBe(true)
  })

  it('goes from regions to stores to guides, and back up', async () => {
    const { wrapper, server, router, tap } = await showConsole(
      routes({
        'GET /api/me': { ...manager, role: 'hq' },
        [REPORT]: atLevel('region', '华东', '华东'),
      }),
    )
    expect(wrapper.text()).toContain('各区域')
    expect(wrapper.text()).not.toContain('还没有联系')

    server.routes[REPORT] = atLevel('store', 'S1', '西湖店')
    await tap('华东')
    server.routes[REPORT] = report
    await tap('西湖店')

    expect(router.currentRoute.value.query).toEqual({ region: '华东', store: 'S1' })
    expect(wrapper.find('nav.path').text()).toBe('全部华东西湖店')
    expect(wrapper.text()).toContain('各导购')

    await tap('全部')

    expect(router.currentRoute.value.query).toEqual({})
  })

  it('names stores without a region, and asks for those alone', async () => {
    const { wrapper, server, tap } = await showConsole(
      routes({ 'GET /api/me': { ...manager, role: 'hq' }, [REPORT]: atLevel('region', '', null) }),
    )

    server.routes[REPORT] = atLevel('store', 'S1', '西湖店')
    await tap('未分区域')

    expect(server.calls.some(({ path }) => path.endsWith('&region='))).toBe(true)
    expect(wrapper.find('nav.path').text()).toContain('未分区域')
  })

  it('shows what a link asks for', async () => {
    const { server } = await showConsole(routes(), '/?from=2026-11-01&to=2026-11-15&store=S2')

    expect(
      server.calls.some(({ path }) => path.endsWith('from=2026-11-01&to=2026-11-15&store=S2')),
    ).toBe(true)
  })

  it('says who has begun nothing today, what is held back and why, what could not be sent', async () => {
    const { wrapper } = await showConsole(routes())

    expect(wrapper.text()).toContain('2 位导购还没开始，共 9 位有任务')
    expect(wrapper.text()).toContain('还有 1 位')
    expect(wrapper.text()).toContain('导购今天的任务已排满')
    expect(wrapper.text()).toContain('错误码 60020')
  })

  it('says so where nothing stands in the way today', async () => {
    const { wrapper } = await showConsole(
      routes({
        'GET /api/reports/exceptions': {
          ...exceptions,
          notStarted: rate(0, 9),
          guides: [],
          heldBack: [],
          failed: [],
        },
      }),
    )

    expect(wrapper.text()).toContain('今天每位导购都动起来了')
    expect(wrapper.text()).toContain('今天没有发送失败')
  })

  it('says that nothing was given instead of drawing empty pictures', async () => {
    const { wrapper } = await showConsole(
      routes({
        [REPORT]: { ...report, execution: rate(0, 0), byDay: [], byKind: [], places: [] },
      }),
    )

    expect(wrapper.text()).toContain('这段时间没有派出任务')
    expect(wrapper.findAll('[role="img"]')).toHaveLength(0)
  })

  it('asks nothing for a range that ends before it begins', async () => {
    const { wrapper, server } = await showConsole(routes())
    const asked = server.sentTo(REPORT).length

    await wrapper.find('input[type="date"]').setValue('2026-11-23')
    await settle()

    expect(wrapper.text()).toContain('开始日期要在结束日期之前')
    expect(server.sentTo(REPORT)).toHaveLength(asked)
  })

  it('shows guides the way to their own tasks', async () => {
    const { wrapper, server } = await showConsole(
      routes({ 'GET /api/me': { ...manager, role: 'guide' } }),
    )

    expect(wrapper.text()).toContain('这个页面给店长和总部用')
    expect(server.sentTo(REPORT)).toEqual([])
  })

  it('shows what failed and a retry button that works', async () => {
    const { wrapper, server, tap } = await showConsole(
      routes({ [REPORT]: refusal(500, 'INTERNAL', '服务出了点问题。') }),
    )
    expect(wrapper.text()).toContain('服务出了点问题。')

    server.routes[REPORT] = report
    await tap('再试一次')

    expect(wrapper.text()).toContain('73.6%')
  })
})
