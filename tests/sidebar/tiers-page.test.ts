import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Value } from 'typebox/value'
import { TierRows } from '../../bot/rules/tier-schema.ts'
import { DEFAULT_TIER_TABLE, type TierRow } from '../../domain/tier-table.ts'
import { tierChanges } from '../../sidebar/pages/Console/Tiers/tier-changes.ts'
import {
  contrastOnPage,
  draftProblems,
  newRow,
  rowsOf,
  type DraftRow,
} from '../../sidebar/pages/Console/Tiers/tier-draft.ts'
import { TIERS_WORDS } from '../../sidebar/pages/Console/Tiers/tiers-words.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'

const words = TIERS_WORDS['zh-CN']
const hq = { userid: 'head', name: '王总', role: 'hq', stores: [], sync: null }
const means = { spendFen: 150_000, orders: 12, purchaseDays: 6, referrals: 0.1, points: 300 }
const table = (tiers: readonly TierRow[] = DEFAULT_TIER_TABLE.tiers, over: object = {}) => ({
  version: 1,
  by: null,
  at: null,
  tiers: tiers.map((tier) => ({
    tier,
    members: 31,
    beside: {
      spendFen: tier.asks.spendFen > 0 ? { mean: 150_000, stands: 'below' } : null,
      orders: null,
      purchaseDays: null,
      referrals: null,
      points: null,
    },
  })),
  elsewhere: 0,
  buyers: 900,
  means,
  findings: [],
  history: [],
  ...over,
})
const tried = {
  date: '2026-11-23',
  customers: 1200,
  tiers: [
    { code: 'iron', before: 700, after: 718 },
    { code: 'bronze', before: 300, after: 282 },
  ],
  moves: [{ from: 'bronze', to: 'iron', count: 18 }],
  atRisk: { before: 5, after: 9 },
  sample: [{ customerId: '7', name: '赵敏', from: 'bronze', to: 'iron' }],
}
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': hq,
  'GET /api/tiers': table(),
  'POST /api/tiers/lint': { findings: [], reached: null },
  'POST /api/tiers/dry-run': tried,
  'PUT /api/tiers': table(undefined, { version: 2 }),
  ...over,
})
const show = async (over: Routes = {}) => await showConsole(routes(over), '/tiers')
type Wrapper = Awaited<ReturnType<typeof show>>['wrapper']
const card = (wrapper: Wrapper, name: string) => wrapper.find(`section[aria-label="${name}"]`)
const spend = (wrapper: Wrapper, name: string) =>
  card(wrapper, name).find<HTMLInputElement>('[aria-label="消费（元）"]')
const [iron, bronze] = DEFAULT_TIER_TABLE.tiers as [TierRow, TierRow, ...TierRow[]]

enableAutoUnmount(afterEach)

describe('a line of the tier table under edit', () => {
  const at = (change: Partial<DraftRow>) => draftProblems([{ ...bronze, ...change }], words)

  it.each([
    ['the product’s own', {}, []],
    ['without a name', { name: { 'zh-CN': ' ', en: 'x' } }, ['tiers[0].name.zh-CN']],
    ['with a code in capitals', { code: 'Gold' }, ['tiers[0].code']],
    ['with half a fen', { asks: { ...bronze.asks, spendFen: 0.5 } }, ['tiers[0].asks.spendFen']],
    [
      'with an empty threshold',
      { asks: { ...bronze.asks, orders: null } },
      ['tiers[0].asks.orders'],
    ],
    ['kept 60 months', { keepMonths: 60 }, []],
    ['kept 61 months', { keepMonths: 61 }, ['tiers[0].keepMonths']],
    [
      'that ends after 0 days',
      { ends: { afterDays: 0, when: 'review' as const } },
      ['tiers[0].ends'],
    ],
    ['at 10.1折', { benefits: { discount: 1.01, texts: [] } }, ['tiers[0].benefits.discount']],
    [
      'with a benefit in one language',
      { benefits: { discount: null, texts: [{ 'zh-CN': '生日礼', en: '' }] } },
      ['tiers[0].benefits.texts'],
    ],
  ])('%s is told at its field, as the API would refuse it', (_name, change, paths) => {
    expect(at(change).map(({ path }) => path)).toEqual(paths)
    expect(Value.Check(TierRows, [{ ...bronze, ...change }])).toBe(paths.length === 0)
  })

  it('that is new has a code of its own and is fit to be saved', () => {
    const row = newRow(DEFAULT_TIER_TABLE.tiers, words)
    const tiers = [...DEFAULT_TIER_TABLE.tiers, row]

    expect(newRow([...tiers, { ...row, code: 'tier_6' }], words).code).toBe('tier_7')
    expect(rowsOf(tiers, words)).toEqual(tiers)
  })

  it('tells how its colour stands out', () => {
    expect(contrastOnPage('#ffffff')).toBe(1)
    expect(contrastOnPage('#000000')).toBe(21)
    expect(contrastOnPage('red')).toBeNull()
  })
})

describe('what differs between two tables', () => {
  it('is told line by line, whatever the order of fields', () => {
    const dearer = { ...bronze, asks: { ...bronze.asks, spendFen: 120_000 }, colour: '#123456' }
    const again = JSON.parse(`{"en":"Iron","zh-CN":"铁"}`) as TierRow['name']

    expect(tierChanges([iron, bronze], [{ ...iron, name: again }, dearer], words, 'zh-CN')).toEqual(
      ['铜 · 消费（元） ¥1,000 → ¥1,200；改了：颜色'],
    )
    expect(tierChanges([iron, bronze], [iron], words, 'zh-CN')).toEqual(['删了：铜'])
    expect(tierChanges([bronze, iron], [iron, bronze], words, 'zh-CN')).toEqual(['调了顺序'])
  })
})

describe('等级', () => {
  it('shows each tier with its members, thresholds in yuan and the mean beside them', async () => {
    const { wrapper } = await show()

    expect(spend(wrapper, '铜').element.value).toBe('1000')
    expect(card(wrapper, '铜').text()).toContain('31 位客户')
    expect(card(wrapper, '铜').text()).toContain('平均 ¥1,500')
    expect(card(wrapper, '铜').text()).toContain('低于平均')
    expect(
      card(wrapper, '银').find<HTMLInputElement>('[aria-label="折扣（折）"]').element.value,
    ).toBe('9.5')
  })

  it('shows what the linter says at its field, and saves nothing that it refuses', async () => {
    const { wrapper, server, button } = await show({
      'POST /api/tiers/lint': {
        findings: [
          {
            severity: 'error',
            code: 'overlap',
            field: 'tiers[2].asks.spendFen',
            message: '两级重叠',
          },
        ],
        reached: null,
      },
    })

    await spend(wrapper, '银').setValue('500')
    await vi.waitFor(() => expect(card(wrapper, '银').text()).toContain('两级重叠'), 3000)

    const [{ tiers } = { tiers: [] }] = server.sentTo('POST /api/tiers/lint') as {
      tiers: TierRow[]
    }[]
    expect(tiers[2]?.asks.spendFen).toBe(50_000)
    expect(spend(wrapper, '银').attributes('aria-invalid')).toBe('true')
    expect(button('保存').attributes('disabled')).toBeDefined()
  })

  it('tries the table with who would move, and says when the answer is old', async () => {
    const { wrapper, tap } = await show()

    await spend(wrapper, '铜').setValue('1200')
    await tap('试算')

    expect(wrapper.text()).toContain('铜 → 铁：18 位')
    expect(wrapper.text()).toContain('现在 5 位，保存后 9 位')
    expect(wrapper.text()).toContain('赵敏')
    await spend(wrapper, '铜').setValue('1300')
    expect(wrapper.text()).toContain('请再试算一次')
  })

  it('saves the whole table over the version that was read', async () => {
    const { wrapper, server, tap } = await show()

    await spend(wrapper, '铜').setValue('1200.5')
    await tap('保存')

    const [sent] = server.sentTo('PUT /api/tiers') as { version: number; tiers: TierRow[] }[]
    expect(sent?.version).toBe(1)
    expect(sent?.tiers.map(({ asks }) => asks.spendFen)).toEqual([0, 120_050, 200_000, 0])
  })

  it('adds, moves and removes tiers', async () => {
    const { wrapper, server, tap } = await show()

    await tap('加一级')
    await tap('把「新等级 5」往下移')
    await tap('删掉「铜」')
    await tap('保存')

    const [sent] = server.sentTo('PUT /api/tiers') as { tiers: TierRow[] }[]
    expect(sent?.tiers.map(({ code }) => code)).toEqual(['iron', 'silver', 'tier_5', 'gold'])
    expect(wrapper.text()).toContain('第 2 版')
  })

  it('keeps one’s own table when somebody else saved meanwhile, and tells what differs', async () => {
    const { wrapper, server, tap } = await show({
      'PUT /api/tiers': refusal(409, 'TIERS_CHANGED', '刚被别人改过'),
    })
    await spend(wrapper, '铜').setValue('1200')
    server.routes['GET /api/tiers'] = table(undefined, {
      version: 2,
      history: [
        {
          version: 2,
          by: 'li',
          byName: '李总',
          at: '2026-11-22T03:00:00Z',
          tiers: DEFAULT_TIER_TABLE.tiers,
        },
      ],
    })

    await tap('保存')

    expect(wrapper.find('[role="alert"]').text()).toContain('李总保存了第 2 版')
    expect(wrapper.find('[role="alert"]').text()).toContain('¥1,000 → ¥1,200')
    expect(spend(wrapper, '铜').element.value).toBe('1200')
    await tap('用我的保存')
    expect(server.sentTo('PUT /api/tiers').at(-1)).toMatchObject({ version: 2 })
  })

  it('warns of a pale colour before anybody else does', async () => {
    const { wrapper } = await show()

    await card(wrapper, '铜').find('input[type="color"]').setValue('#eeeeee')

    expect(card(wrapper, '铜').text()).toContain('看不清')
  })

  it('lets managers try, and leaves saving to headquarters', async () => {
    const { wrapper, tap } = await show({ 'GET /api/me': { ...hq, role: 'manager' } })

    await spend(wrapper, '铜').setValue('1200')
    await tap('试算')

    expect(wrapper.text()).toContain('铜 → 铁：18 位')
    expect(wrapper.findAll('button').some((one) => one.text() === '保存')).toBe(false)
  })
})
