import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { aTask, aTaskPage } from './support/builders.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'

const REPORT = 'GET /api/reports/execution'
const rate = (numerator: number, denominator: number) => ({
  numerator,
  denominator,
  rate: denominator === 0 ? null : numerator / denominator,
})
const report = {
  period: { from: '2026-11-16', to: '2026-11-22' },
  execution: rate(148, 201),
  completion: rate(121, 168),
  purchasedAfter: 23,
  guides: [
    {
      userid: 'limin',
      name: '李敏',
      storeNo: 'S1',
      storeName: '西湖店',
      execution: rate(30, 34),
      completion: rate(0, 0),
      sent: 28,
      purchasedAfter: 6,
    },
  ],
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

  it('narrows the report and its CSV to a store, the tasks to a guide', async () => {
    const { wrapper, server, tap } = await showConsole(routes())

    await wrapper.find('select').setValue('S2')
    await tap('李敏')

    expect(wrapper.find('a[download]').attributes('href')).toBe(
      '/api/reports/execution?from=2026-11-16&to=2026-11-22&store=S2&format=csv',
    )
    expect(server.calls.at(-1)?.path).toContain('guide=limin')
  })

  it('asks nothing for a range that ends before it begins', async () => {
    const { wrapper, server } = await showConsole(routes())
    const asked = server.sentTo(REPORT).length

    await wrapper.find('input[type="date"]').setValue('2026-11-23')

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
