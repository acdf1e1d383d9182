import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { Report } from '../../server/api/reports/schema.ts'
import { lineText } from '../../sidebar/pages/Console/Reports/line-text.ts'
import { tableOption } from '../../sidebar/pages/Console/Reports/table-option.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { settle } from './support/show.ts'
import { showConsole } from './support/show-console.ts'

const hq = {
  userid: 'zongbu',
  name: '总部',
  role: 'hq',
  stores: [
    { storeNo: 'S1', name: '西湖店' },
    { storeNo: 'S2', name: '万象城店' },
  ],
  sync: null,
}
const silver = {
  key: 'silver',
  label: '银',
  unit: 'share' as const,
  numerator: 120,
  denominator: 1500,
  rate: 0.08,
}
const tiers: Report = {
  report: 'tiers',
  label: '等级',
  period: { from: '2026-10-24', to: '2026-11-22' },
  figures: [{ ...silver, key: 'rose', label: '升级' }],
  tables: [{ code: 'shares', label: '等级构成', chart: 'bars', lines: [silver] }],
  notes: [],
}
const TIERS = 'GET /api/reports/tiers'
const STORES = {
  items: [
    { storeNo: 'S1', name: '西湖店', region: '华东' },
    { storeNo: 'S2', name: '万象城店', region: '华南' },
  ],
}
const GUIDES = {
  items: [
    { userid: 'limin', name: '李敏', storeNo: 'S1', storeName: '西湖店' },
    { userid: 'wangfang', name: '王芳', storeNo: 'S2', storeName: '万象城店' },
  ],
}
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': hq,
  'GET /api/stores': STORES,
  'GET /api/guides': GUIDES,
  [TIERS]: tiers,
  ...over,
})
type Shown = Awaited<ReturnType<typeof showConsole>>['wrapper']
/** The choices, each as the names one may choose from. */
const choices = (wrapper: Shown) =>
  wrapper.findAll('select').map((select) => select.findAll('option').map((each) => each.text()))
async function choose(wrapper: Shown, which: number, option: string): Promise<void> {
  const select = wrapper.findAll('select')[which]
  await select
    ?.findAll('option')
    .find((each) => each.text() === option)
    ?.setValue()
  await settle()
}

enableAutoUnmount(afterEach)

describe('报表', () => {
  it('shows each figure with numerator, denominator and period, in cards and in a table', async () => {
    const { wrapper, server } = await showConsole(routes(), '/reports')

    expect(wrapper.find('.figures').text()).toContain('8.0%120 / 1,5002026-10-24 至 2026-11-22')
    expect(wrapper.find('tbody tr').text()).toBe('银8.0%120 / 1,500')
    expect(server.calls.some(({ path }) => path.endsWith('?from=2026-10-24&to=2026-11-22'))).toBe(
      true,
    )
  })

  it('says how it was told, and what a class means beside its name', async () => {
    const means = '最近来过，买得勤，花得多'
    const rfm: Report = {
      ...tiers,
      report: 'rfm',
      tables: [{ code: 'rfm', label: '八类', chart: 'bars', lines: [{ ...silver, means }] }],
      notes: ['其中 31 人按最接近的类别归入。'],
    }
    const { wrapper } = await showConsole(
      routes({ 'GET /api/reports/rfm': rfm }),
      '/reports?report=rfm',
    )

    expect(wrapper.text()).toContain('其中 31 人按最接近的类别归入。')
    expect(wrapper.find('tbody th').text()).toContain(means)
  })

  it('shows what a link asks for, and offers the same as CSV', async () => {
    const coupons: Report = { ...tiers, report: 'coupons', tables: [] }
    const { wrapper } = await showConsole(
      routes({ 'GET /api/reports/coupons': coupons }),
      '/reports?report=coupons&from=2026-11-01&to=2026-11-15&store=S2',
    )

    expect(wrapper.find('nav.tabs [aria-current]').text()).toBe('优惠券')
    expect(wrapper.find('a[download]').attributes('href')).toBe(
      '/api/reports/coupons?from=2026-11-01&to=2026-11-15&store=S2&format=csv',
    )
    expect(wrapper.text()).toContain('这段时间没有数据')
  })

  it('keeps what is chosen in the address, from one report to the next', async () => {
    const { wrapper, router } = await showConsole(
      routes({ 'GET /api/reports/growth': { ...tiers, report: 'growth' } }),
      '/reports',
    )

    await choose(wrapper, 1, '万象城店')
    await wrapper.findAll('nav.tabs a')[2]?.trigger('click')
    await settle()

    expect(router.currentRoute.value.query).toEqual({ report: 'growth', store: 'S2' })
  })

  it('narrows stores and guides to the region, and asks for all that is chosen', async () => {
    const { wrapper, server, router } = await showConsole(routes(), '/reports')
    expect(choices(wrapper)).toEqual([
      ['全部区域', '华东', '华南'],
      ['全部门店', '西湖店', '万象城店'],
      ['全部导购', '李敏', '王芳'],
    ])

    await choose(wrapper, 0, '华南')
    await choose(wrapper, 1, '王芳')

    expect(router.currentRoute.value.query).toEqual({ region: '华南', guide: 'wangfang' })
    const asked = '&region=%E5%8D%8E%E5%8D%97&guide=wangfang'
    expect(server.calls.at(-1)?.path).toContain(`to=2026-11-22${asked}`)
    expect(wrapper.find('a[download]').attributes('href')).toContain(`${asked}&format=csv`)

    await choose(wrapper, 0, '华东')

    expect(router.currentRoute.value.query).toEqual({ region: '华东' })
    expect(choices(wrapper)[1]).toEqual(['全部导购', '李敏'])
  })

  it('offers a manager of one store their guides, and no place to choose', async () => {
    const manager = { ...hq, role: 'manager', stores: hq.stores.slice(0, 1) }
    const { wrapper } = await showConsole(
      routes({ 'GET /api/me': manager, 'GET /api/guides': { items: GUIDES.items.slice(0, 1) } }),
      '/reports',
    )

    expect(choices(wrapper)).toEqual([['全部导购', '李敏']])
  })

  it('asks for a store first where there are too many guides to choose from', async () => {
    const many = Array.from({ length: 201 }, (_, n) => ({
      ...GUIDES.items[0],
      userid: `g${n}`,
      storeNo: n < 3 ? 'S2' : 'S1',
    }))
    const { wrapper } = await showConsole(
      routes({ 'GET /api/guides': { items: many } }),
      '/reports',
    )
    expect(choices(wrapper)[2]).toEqual(['先选门店'])

    await choose(wrapper, 1, '万象城店')

    expect(choices(wrapper)[2]).toHaveLength(4)
  })

  it('shows a guide whom a link asks for, though they have left', async () => {
    const { wrapper } = await showConsole(routes(), '/reports?guide=gone')

    expect(wrapper.findAll('select')[2]?.element.value).toBe('gone')
  })

  it('shows the first report for one that there is not', async () => {
    const { wrapper } = await showConsole(routes(), '/reports?report=weather')

    expect(wrapper.find('nav.tabs [aria-current]').text()).toBe('等级')
  })

  it('shows what failed and a retry button that works', async () => {
    const { wrapper, server, tap } = await showConsole(
      routes({ [TIERS]: refusal(500, 'INTERNAL', '服务出了点问题。') }),
      '/reports',
    )
    expect(wrapper.text()).toContain('服务出了点问题。')

    server.routes[TIERS] = tiers
    await tap('再试一次')

    expect(wrapper.text()).toContain('等级构成')
  })
})

describe('lineText', () => {
  it.each([
    [{ ...silver, unit: 'count' as const, denominator: null, rate: null }, '120', null],
    [silver, '8.0%', '120 / 1,500'],
    [{ ...silver, numerator: 0, denominator: 0, rate: null }, '–', '0 / 0'],
    [{ ...silver, unit: 'shareOfFen' as const }, '8.0%', '¥1.20 / ¥15'],
    [{ ...silver, unit: 'fenEach' as const, rate: 12_050 }, '¥120.50', '¥1.20 / 1,500'],
    [{ ...silver, unit: 'perThousand' as const, rate: 80 }, '80.0‰', '120 / 1,500'],
    [{ ...silver, unit: 'fenEach' as const, denominator: 0, rate: null }, '–', '¥1.20 / 0'],
  ])('of %j is %s of %s', (line, value, of) => {
    expect(lineText(line)).toEqual({ value, of })
  })
})

describe('tableOption', () => {
  const colours = {
    ink: '#000001',
    'ink-soft': '#000002',
    line: '#000003',
    card: '#000004',
    accent: '#000005',
    'accent-fill': '#000006',
    good: '#000007',
    warn: '#000008',
  }

  it('draws nothing that happened on a day as 0, not as a gap', () => {
    const line = {
      ...silver,
      key: '2026-11-22',
      unit: 'count' as const,
      denominator: null,
      rate: null,
    }
    const days = ['2026-11-21', '2026-11-22']

    const { series } = tableOption(
      { code: 'joined', label: '每天新会员', chart: 'lines', lines: [line] },
      days,
      colours,
    )

    expect(series).toMatchObject([{ data: [{ value: 0 }, { value: 120 }] }])
  })

  it('draws shares from 0 to 100 %, and plain numbers as they are', () => {
    const table = { code: 'shares', label: '', chart: 'bars' as const, lines: [silver] }
    const plain = { ...silver, unit: 'count' as const, denominator: null, rate: null }

    expect(tableOption(table, [], colours).xAxis).toMatchObject({ min: 0, max: 1 })
    expect(tableOption({ ...table, lines: [plain] }, [], colours).xAxis).not.toHaveProperty('max')
  })
})
