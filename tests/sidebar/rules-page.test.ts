import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ruleOf } from '../../bot/rules/registry.ts'
import { RULE_KINDS } from '../../domain/words.ts'
import { fieldOf, fieldProblem, valueText } from '../../sidebar/pages/Console/Rules/rule-fields.ts'
import { partsOf } from '../../sidebar/pages/Console/Editor/sentence-parts.ts'
import { RULES_WORDS } from '../../sidebar/pages/Console/Rules/rules-words.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'
import { settle } from './support/show.ts'

const hq = { userid: 'head', name: '王总', role: 'hq', stores: [], sync: null }
const manager = { ...hq, userid: 'boss', role: 'manager' }
const aRule = (over: object = {}) => ({
  kind: 'repurchase_overdue',
  label: '该复购了',
  version: 3,
  enabled: true,
  params: ruleOf('repurchase_overdue').defaults,
  stores: null,
  defaults: ruleOf('repurchase_overdue').defaults,
  schema: ruleOf('repurchase_overdue').params,
  findings: [],
  history: [
    {
      version: 3,
      enabled: true,
      params: { factor: 2 },
      stores: { regions: ['华东'], storeNos: ['S3'] },
      by: 'li',
      byName: '李总',
      at: '2026-11-20T03:00:00Z',
    },
    {
      version: 2,
      enabled: true,
      params: { factor: 3 },
      stores: null,
      by: 'head',
      byName: '王总',
      at: '2026-11-01T03:00:00Z',
    },
  ],
  ...over,
})
const dryRun = {
  date: '2026-11-23',
  after: { created: 312, heldBack: 34, heldBackBy: { guide_day: 34 } },
  before: { created: 290, heldBack: 30 },
  gained: 22,
  lost: 0,
  otherKinds: -4,
  byStore: [{ storeNo: 'S1', name: '西湖店', created: 41, before: 38 }],
  samples: [
    { customerId: '1', name: '张晓雅', guide: '李敏', reason: '已经 31 天没来了。', isNew: true },
  ],
}
const RULE = '/api/rules/repurchase_overdue'
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': hq,
  'GET /api/rules': { items: [aRule()] },
  'GET /api/stores': {
    items: [
      { storeNo: 'S1', name: '西湖店', region: '华东' },
      { storeNo: 'S2', name: '滨江店', region: '华东' },
      { storeNo: 'S3', name: '天河店', region: '华南' },
    ],
  },
  [`GET ${RULE}`]: aRule(),
  [`POST ${RULE}/lint`]: { findings: [], found: { customers: 40, of: 900 } },
  [`POST ${RULE}/dry-run`]: dryRun,
  [`PUT ${RULE}`]: aRule({ version: 4 }),
  ...over,
})
const show = async (over: Routes = {}) => await showConsole(routes(over), '/rules')

enableAutoUnmount(afterEach)

describe.each(['zh-CN', 'en'] as const)('the words of rules in %s', (lang) => {
  it.each(RULE_KINDS)('name each number of %s once, with a field that its schema gives', (kind) => {
    const words = RULES_WORDS[lang]
    const { defaults, params } = ruleOf(kind)
    const named = partsOf(words.sentences[kind]).flatMap(({ name }) => name ?? [])

    expect(named.toSorted()).toEqual(Object.keys(defaults).toSorted())
    for (const [name, value] of Object.entries(defaults)) {
      const field = fieldOf({ ...params }, name)
      expect(words.labels[name], name).toBeTruthy()
      expect(field && fieldProblem(field, value, words), name).toBeNull()
    }
  })
})

describe('a number of a rule', () => {
  const words = RULES_WORDS['zh-CN']
  const field = fieldOf({ ...ruleOf('repurchase_overdue').params }, 'diesDays')

  it.each([
    [0, '请填 1 到 90 之间的整数。'],
    [1, null],
    [90, null],
    [91, '请填 1 到 90 之间的整数。'],
    [1.5, '请填 1 到 90 之间的整数。'],
    [null, '请填 1 到 90 之间的整数。'],
  ])('of %j is told as %j', (value, problem) => {
    expect(field && fieldProblem(field, value, words)).toBe(problem)
  })

  it('reads as people say it', () => {
    expect(valueText([7, 3, 1], 'stepDays', 'zh-CN')).toBe('7、3、1')
    expect(valueText(['spring_festival', 'qixi'], 'festivals', 'zh-CN')).toBe('春节、七夕')
    expect(valueText(0.05, 'unlikelyBelow', 'zh-CN')).toBe('5%')
  })
})

describe('规则', () => {
  it('tells a rule as a sentence with its numbers as fields', async () => {
    const { wrapper } = await show()

    expect(wrapper.text()).toContain('客户超过平时购买间隔的')
    expect(field(wrapper, '间隔倍数').value).toBe('2')
    expect(field(wrapper, '回来的可能低于').value).toBe('5')
    expect(field(wrapper, '几天后作废').max).toBe('90')
  })

  it('says at once what is wrong with a number, and asks neither linter nor dry run about it', async () => {
    const { wrapper, button, server } = await show()

    await wrapper.find('[aria-label="几天后作废"]').setValue('91')

    expect(wrapper.text()).toContain('几天后作废：请填 1 到 90 之间的整数。')
    expect(wrapper.find('[aria-label="几天后作废"]').attributes('aria-invalid')).toBe('true')
    expect(button('试算').attributes('disabled')).toBeDefined()
    expect(button('保存').attributes('disabled')).toBeDefined()
    expect(server.sentTo(`POST ${RULE}/lint`)).toEqual([])
  })

  it('shows the linter’s findings at their field, and whom the rule would find', async () => {
    const finding = { severity: 'warning', code: 'x', field: 'factor', message: '倍数太小了' }
    const { wrapper, server } = await show({
      [`POST ${RULE}/lint`]: { findings: [finding], found: { customers: 700, of: 900 } },
    })

    await wrapper.find('[aria-label="间隔倍数"]').setValue('1.2')
    await vi.waitFor(() => expect(wrapper.text()).toContain('倍数太小了'), 3000)

    expect(server.sentTo(`POST ${RULE}/lint`)).toMatchObject([{ params: { factor: 1.2 } }])
    expect(wrapper.text()).toContain('一周会找到 700 位客户（共 900 位）')
    expect(wrapper.find('[aria-label="间隔倍数"]').attributes('aria-invalid')).toBe('true')
  })

  it('tries the numbers as they stand, with counts by store and samples, and says when they are old', async () => {
    const { wrapper, server, tap } = await show()

    await wrapper.find('[aria-label="间隔倍数"]').setValue('1.5')
    await tap('试算')

    expect(server.sentTo(`POST ${RULE}/dry-run`)).toMatchObject([
      { enabled: true, params: { factor: 1.5 } },
    ])
    for (const text of ['312', '现在的规则：290', '西湖店', '+3', '张晓雅', '你今天的任务已排满']) {
      expect(wrapper.text()).toContain(text)
    }
    await wrapper.find('[aria-label="间隔倍数"]').setValue('1.6')
    expect(wrapper.text()).toContain('请再试算一次')
  })

  it('saves the version that was read, with the switch', async () => {
    const { wrapper, server, tap } = await show()

    await wrapper.find('[role="switch"]').setValue(false)
    await tap('保存')

    expect(server.sentTo(`PUT ${RULE}`)).toMatchObject([{ version: 3, enabled: false }])
    expect(wrapper.text()).not.toContain('有改动')
    expect(wrapper.text()).toContain('已保存为第 4 版')
  })

  it('keeps one’s own numbers when somebody else saved meanwhile, and shows theirs beside them', async () => {
    const { wrapper, server, tap } = await show({
      [`PUT ${RULE}`]: refusal(409, 'RULE_CHANGED', '刚被别人改过'),
    })
    await wrapper.find('[aria-label="间隔倍数"]').setValue('1.5')
    server.routes[`GET ${RULE}`] = aRule({
      version: 4,
      params: { ...aRule().params, factor: 4 },
      history: [
        {
          version: 4,
          enabled: true,
          params: {},
          stores: null,
          by: 'li',
          byName: '李总',
          at: '2026-11-22T03:00:00Z',
        },
      ],
    })

    await tap('保存')

    expect(wrapper.text()).toContain('你改的时候，李总保存了第 4 版')
    expect(wrapper.find('[role="alert"]').text()).toContain('间隔倍数4 → 1.5')
    expect(field(wrapper, '间隔倍数').value).toBe('1.5')

    server.routes[`PUT ${RULE}`] = aRule({ version: 5 })
    await tap('用我的保存')
    expect(server.sentTo(`PUT ${RULE}`)).toMatchObject([
      { version: 3 },
      { version: 4, params: { factor: 1.5 } },
    ])
  })

  it('tells who changed what, and takes an older version back into the fields', async () => {
    const { wrapper } = await show()

    expect(wrapper.text()).toContain('李总 · 2 天前')
    expect(wrapper.text()).toContain('间隔倍数3 → 2')
    const [use] = wrapper.findAll('button').filter((one) => one.text() === '用这一版')
    await use?.trigger('click')

    expect(field(wrapper, '间隔倍数').value).toBe('3')
    expect(wrapper.text()).toContain('有改动')
  })

  it('holds for the regions and stores that are chosen by searching, new stores of a region included', async () => {
    const { wrapper, server, tap } = await show()

    await wrapper.findAll('.where [type="radio"]')[1]?.setValue(true)
    expect(wrapper.text()).toContain('至少选一个区域或一家门店')
    expect(button(wrapper, '保存')?.attributes('disabled')).toBeDefined()

    const search = wrapper.find('.where [role="combobox"]')
    await search.setValue('华东')
    expect(wrapper.findAll('.where [role="option"]').map((one) => one.text())).toEqual([
      '华东整个区域，2 家店',
      '西湖店华东 · S1',
      '滨江店华东 · S2',
    ])
    await search.trigger('keydown.enter')
    await search.setValue('天河')
    await search.trigger('keydown.enter')
    await tap('试算')
    await tap('保存')

    const stores = { regions: ['华东'], storeNos: ['S3'] }
    expect(server.sentTo(`POST ${RULE}/dry-run`)).toMatchObject([{ stores }])
    expect(server.sentTo(`PUT ${RULE}`)).toMatchObject([{ version: 3, stores }])
  })

  it('says beside the stores what is wrong with them', async () => {
    const finding = {
      severity: 'error',
      code: 'x',
      field: 'stores.regions',
      message: '没有这个区域',
    }
    const { wrapper } = await show({
      [`GET ${RULE}`]: aRule({ stores: { regions: ['华北'], storeNos: [] }, findings: [finding] }),
    })

    expect(wrapper.find('.where').text()).toContain('华北')
    expect(wrapper.find('.where + .findings').text()).toBe('没有这个区域')
  })

  it('tells in its history where it held, by name', async () => {
    const { wrapper } = await show()

    expect(wrapper.find('.versions').text()).toContain('适用门店全部门店 → 华东、天河店')
  })

  it('lets managers try, and leaves saving to headquarters', async () => {
    const { wrapper, tap } = await show({ 'GET /api/me': manager })

    await wrapper.find('[aria-label="间隔倍数"]').setValue('1.5')
    await tap('试算')

    expect(wrapper.text()).toContain('只有总部能保存规则')
    expect(wrapper.text()).toContain('312')
    expect(wrapper.findAll('button').some((one) => one.text() === '保存')).toBe(false)
  })

  it('asks before it is left with changes', async () => {
    const { wrapper, router } = await show()
    const ask = vi.fn(() => false)
    vi.stubGlobal('confirm', ask)
    await wrapper.find('[aria-label="间隔倍数"]').setValue('1.5')

    await router.push('/')
    await settle()

    expect(ask).toHaveBeenCalledOnce()
    expect(router.currentRoute.value.path).toBe('/rules')
    vi.unstubAllGlobals()
  })

  it('says what failed to load, and loads it again', async () => {
    const { wrapper, server, tap } = await show({ 'GET /api/rules': refusal(500, 'X', '坏了') })
    expect(wrapper.text()).toContain('坏了')

    server.routes['GET /api/rules'] = { items: [aRule()] }
    await tap('再试一次')

    expect(wrapper.text()).toContain('客户超过平时购买间隔的')
  })
})

type Wrapper = Awaited<ReturnType<typeof show>>['wrapper']

function field(wrapper: Wrapper, label: string): HTMLInputElement {
  return wrapper.find<HTMLInputElement>(`[aria-label="${label}"]`).element
}

function button(wrapper: Wrapper, text: string) {
  return wrapper.findAll('button').find((one) => one.text() === text)
}
