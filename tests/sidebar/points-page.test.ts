import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { PROGRAMME_DEFAULTS } from '../../domain/points-programme.ts'
import { partsOf } from '../../sidebar/pages/Console/Editor/sentence-parts.ts'
import { POINTS_WORDS } from '../../sidebar/pages/Console/Points/points-words.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'

const hq = { userid: 'head', name: '王总', role: 'hq', stores: [], sync: null }
const params = { startsOn: '2026-11-01', pointsPerYuan: 1, ...PROGRAMME_DEFAULTS }
const aProgramme = (over: object = {}) => ({
  version: 2,
  enabled: true,
  params,
  findings: [],
  history: [
    { version: 2, enabled: true, params, by: 'li', byName: '李总', at: '2026-11-20T03:00:00Z' },
    {
      version: 1,
      enabled: false,
      params: { ...params, pendingDays: 3 },
      by: 'head',
      byName: '王总',
      at: '2026-11-01T03:00:00Z',
    },
  ],
  ...over,
})
const tried = {
  from: '2026-10-01',
  to: '2026-10-31',
  netFen: 1_000_000,
  after: { spend: 20_000, behaviour: 300, members: 41 },
  before: { spend: 10_000, behaviour: 300, members: 40 },
  tiers: { up: 7, down: 0 },
}
const PATH = '/api/points-programme'
const show = (over: Routes = {}) =>
  showConsole(
    {
      'GET /api/me': hq,
      [`GET ${PATH}`]: aProgramme(),
      [`POST ${PATH}/lint`]: { findings: [] },
      [`POST ${PATH}/dry-run`]: tried,
      [`PUT ${PATH}`]: aProgramme({ version: 3 }),
      ...over,
    },
    '/points',
  )
type Wrapper = Awaited<ReturnType<typeof show>>['wrapper']
const field = (wrapper: Wrapper, label: string) =>
  wrapper.find<HTMLInputElement>(`[aria-label="${label}"]`)

enableAutoUnmount(afterEach)

describe.each(['zh-CN', 'en'] as const)('the words of points in %s', (lang) => {
  it('name each number of the programme once', () => {
    const { parts, labels } = POINTS_WORDS[lang]
    const named = Object.values(parts).flatMap(({ sentence }) =>
      partsOf(sentence).flatMap(({ name }) => name ?? []),
    )

    expect(named.toSorted()).toEqual(Object.keys(params).toSorted())
    expect(Object.keys(labels).toSorted()).toEqual(Object.keys(params).toSorted())
  })
})

describe('积分', () => {
  it('tells the programme in sentences with its numbers as fields, and what it means for points of today', async () => {
    const { wrapper } = await show()

    expect(wrapper.text()).toContain('每消费 1 元得')
    expect(field(wrapper, '每元积分').element.value).toBe('1')
    expect(field(wrapper, '开始日期').element.value).toBe('2026-11-01')
    expect(field(wrapper, '几天后能用').element.max).toBe('90')
    expect(wrapper.text()).toContain('2026-11-29 起能用，2027-11-30 到期')
  })

  it('says at its field what can’t be used, and neither asks nor saves then', async () => {
    const { wrapper, button, server } = await show()

    await field(wrapper, '生日月倍数').setValue('0.5')

    expect(wrapper.text()).toContain('生日月倍数：请填 1 到 10 之间的数，最多 1 位小数。')
    expect(field(wrapper, '生日月倍数').attributes('aria-invalid')).toBe('true')
    expect(button('试算').attributes('disabled')).toBeDefined()
    expect(button('保存').attributes('disabled')).toBeDefined()
    expect(server.sentTo(`POST ${PATH}/lint`)).toEqual([])
  })

  it('shows what the linter finds at its field, and about the whole at the top', async () => {
    const { wrapper } = await show({
      [`POST ${PATH}/lint`]: {
        findings: [
          { severity: 'warning', code: 'x', field: 'pendingDays', message: '退货收不回来' },
          { severity: 'warning', code: 'y', field: null, message: '两边都在给' },
        ],
      },
    })

    await field(wrapper, '几天后能用').setValue('0')

    await vi.waitFor(() => expect(wrapper.text()).toContain('退货收不回来'), 3000)
    expect(wrapper.text()).toContain('两边都在给')
    expect(field(wrapper, '几天后能用').attributes('aria-invalid')).toBe('true')
  })

  it('tries on last month and saves the version that was read', async () => {
    const { wrapper, server, tap } = await show()

    await field(wrapper, '每元积分').setValue('2')
    await tap('试算')
    for (const text of ['20,000', '现在的方案：10,000', '平均每元给 2.00 分', '7 位客户会够得上']) {
      expect(wrapper.text()).toContain(text)
    }
    await tap('保存')

    const question = { enabled: true, params: { ...params, pointsPerYuan: 2 } }
    expect(server.sentTo(`POST ${PATH}/dry-run`)).toEqual([question])
    expect(server.sentTo(`PUT ${PATH}`)).toEqual([{ version: 2, ...question }])
    expect(wrapper.text()).toContain('已保存为第 3 版')
  })

  it('of a chain without one begins with recommended numbers, switched off', async () => {
    const { wrapper, server, tap } = await show({
      [`GET ${PATH}`]: aProgramme({ version: 0, enabled: false, history: [] }),
    })
    expect(wrapper.text()).toContain('还没有用过积分方案')

    await wrapper.find('[role="switch"]').setValue(true)
    await tap('保存')

    expect(server.sentTo(`PUT ${PATH}`)).toMatchObject([{ version: 0, enabled: true }])
  })

  it('keeps one’s own numbers when somebody else saved meanwhile, and shows theirs beside them', async () => {
    const { wrapper, server, tap } = await show({
      [`PUT ${PATH}`]: refusal(409, 'POINTS_PROGRAMME_CHANGED', '刚被别人改过'),
    })
    await field(wrapper, '每元积分').setValue('2')
    const [newest] = aProgramme().history
    server.routes[`GET ${PATH}`] = aProgramme({
      version: 3,
      params: { ...params, pointsPerYuan: 5 },
      history: [{ ...newest, version: 3 }],
    })

    await tap('保存')

    expect(wrapper.text()).toContain('你改的时候，李总保存了第 3 版')
    expect(wrapper.find('[role="alert"]').text()).toContain('每元积分5 → 2')
    server.routes[`PUT ${PATH}`] = aProgramme({ version: 4 })
    await tap('用我的保存')
    expect(server.sentTo(`PUT ${PATH}`)).toMatchObject([{ version: 2 }, { version: 3 }])
  })

  it('tells who changed what, and takes an older version back into the fields', async () => {
    const { wrapper, tap } = await show()

    expect(wrapper.find('.versions').text()).toContain('李总 · 2 天前')
    expect(wrapper.find('.versions').text()).toContain('开关未开启 → 已开启')
    expect(wrapper.find('.versions').text()).toContain('几天后能用3 → 7')
    await tap('用这一版')

    expect(field(wrapper, '几天后能用').element.value).toBe('3')
    expect(wrapper.find('[role="switch"]').element).toMatchObject({ checked: false })
  })

  it('is headquarters’ alone: managers are not led to it, and told whom to ask', async () => {
    const { wrapper } = await show({
      'GET /api/me': { ...hq, role: 'manager' },
      [`GET ${PATH}`]: refusal(403, 'NEEDS_HEADQUARTERS', '这里由总部管理。'),
    })

    expect(wrapper.find('nav').text()).not.toContain('积分')
    expect(wrapper.text()).toContain('这里由总部管理。')
    expect(wrapper.text()).not.toContain('每消费 1 元得')
  })
})
