import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { lintWords } from '../../domain/lint-words.ts'
import type { TemplateView } from '../../server/api/templates/schema.ts'
import {
  changedLines,
  draftAfter,
  sharesOf,
  withVariant,
} from '../../sidebar/pages/Console/Words/words-draft.ts'
import { WORDS_WORDS } from '../../sidebar/pages/Console/Words/words-words.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'

const words = WORDS_WORDS['zh-CN']
const hq = {
  userid: 'head',
  name: '王总',
  role: 'hq',
  stores: [{ storeNo: 'S1', name: '西湖店' }],
  sync: null,
}
const ID = 'birthday.before'
const AT = `/api/templates/${ID}`
const variables = [
  { name: '称呼', about: '怎么称呼客户', example: '张女士', needsFallback: false },
  { name: '常买', about: '客户最常买的品类', example: '茶具', needsFallback: true },
]
const brief = (over: object = {}) => ({
  id: ID,
  kind: 'birthday',
  situation: 'before',
  name: '默认话术',
  storeNo: null,
  isDefault: true,
  enabled: true,
  inForce: true,
  version: 0,
  variants: [{ code: 'A', text: '{称呼}，生日快到啦', weight: 1 }],
  ...over,
})
const aTemplate = (over: object = {}) =>
  ({
    ...brief(),
    mayChange: true,
    variables,
    findings: [],
    history: [{ ...brief(), by: null, byName: null, at: null }],
    ...over,
  }) as TemplateView
const list = (templates: object[] = [brief()]) => ({
  storeNo: null,
  situations: [
    {
      kind: 'birthday',
      situation: 'before',
      kindLabel: '生日',
      label: '生日前几天',
      variables,
      templates,
      stores: 2,
    },
  ],
})
const preview = {
  customer: null,
  samples: [
    {
      customerId: '7',
      name: '赵敏',
      guide: '小王',
      from: 'task',
      texts: [{ code: 'A', text: '赵女士，生日快到啦' }],
    },
  ],
  example: [],
}
const line = (over: object = {}) => ({
  code: 'A',
  sent: 50,
  reached: 45,
  answered: 9,
  watched: 40,
  bought: 8,
  rate: 0.2,
  low: 0.105,
  high: 0.348,
  ...over,
})
const results = (over: object = {}) => ({
  period: { from: '2026-11-01', to: '2026-11-22' },
  variants: [line()],
  verdict: 'single',
  best: null,
  ...over,
})
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': hq,
  'GET /api/templates': list(),
  [`GET ${AT}`]: aTemplate(),
  [`GET ${AT}/results`]: results(),
  [`PUT ${AT}`]: aTemplate({ version: 1 }),
  'POST /api/templates/lint': { findings: [] },
  'POST /api/templates/preview': preview,
  ...over,
})
const show = async (over: Routes = {}) => await showConsole(routes(over), '/words')
const soon = (check: () => void) => vi.waitFor(check, 3000)

enableAutoUnmount(afterEach)

describe('words under edit', () => {
  const view = aTemplate()

  it('are no draft where they say what is saved', () => {
    expect(draftAfter(view, null, { name: '默认话术' })).toBeNull()
    expect(draftAfter(view, null, { name: '新名字' })).toMatchObject({ version: 0, name: '新名字' })
  })

  it('get the first letter that is free, and are refused until they are written', () => {
    const two = withVariant(view.variants)

    expect(two.map(({ code }) => code)).toEqual(['A', 'B'])
    expect(withVariant(two.slice(1)).map(({ code }) => code)).toEqual(['B', 'A'])
    expect(lintWords('birthday', 'before', two).map(({ path }) => path)).toEqual([
      'variants[1].text',
    ])
  })

  it.each([
    [[1], [100]],
    [
      [1, 2],
      [33, 67],
    ],
    [
      [0, 5],
      [0, 100],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ])('by weights %j reach %j percent', (weights, shares) => {
    expect(sharesOf(weights.map((weight) => ({ weight })))).toEqual(shares)
  })

  it('differ line by line', () => {
    const after = {
      ...view,
      enabled: false,
      variants: [
        { code: 'A', text: '新的', weight: 1 },
        { code: 'B', text: '乙', weight: 2 },
      ],
    }

    expect(changedLines(view, view, words)).toEqual([])
    expect(changedLines(view, after, words).map(({ label, to }) => [label, to])).toEqual([
      ['开关', '停用'],
      ['版本 A', '新的'],
      ['版本 B', '乙'],
      ['版本 B · 占比', '2'],
    ])
  })
})

describe('话术', () => {
  it('shows what is in use, how it reads for real customers, and what came of it', async () => {
    const { wrapper } = await show()

    expect(wrapper.find('textarea').element.value).toBe('{称呼}，生日快到啦')
    expect(wrapper.text()).toContain('生日 · 生日前几天')
    expect(wrapper.text()).toContain('在用')
    expect(wrapper.text()).toContain('2 家门店有自己的话术')
    expect(wrapper.text()).toContain('张女士，生日快到啦')
    expect(wrapper.text()).toContain('20% 8 / 40')
    expect(wrapper.text()).toContain('10.5%–34.8%')
    expect(wrapper.text()).toContain(words.verdicts.single)
    await soon(() => expect(wrapper.text()).toContain('赵女士，生日快到啦'))
    expect(wrapper.text()).toContain('小王 发给 赵敏')
  })

  it('inserts a variable where one types, with what stands there where it is not known of everybody', async () => {
    const { wrapper, button } = await show()
    const { element } = wrapper.find('textarea')
    element.setSelectionRange(0, 4)

    await button('常买').trigger('click')

    expect(element.value).toBe('{常买|喜欢的}，生日快到啦')
    expect(wrapper.find('.bubble').text()).toBe('茶具，生日快到啦')
  })

  it('saves over the version that was edited', async () => {
    const { wrapper, button, server } = await show()
    await wrapper.find('textarea').setValue('{称呼}，新的')

    await button('保存').trigger('click')
    await soon(() => expect(wrapper.text()).toContain(words.saved(1)))

    expect(server.sentTo(`PUT ${AT}`)).toEqual([
      {
        version: 0,
        name: '默认话术',
        enabled: true,
        variants: [{ code: 'A', text: '{称呼}，新的', weight: 1 }],
      },
    ])
  })

  it('tells the linter’s errors at their variant, and saves none of them', async () => {
    const finding = {
      severity: 'error',
      code: 'unknown_variable',
      field: 'variants[0].text',
      message: '没有变量 {称乎}',
    }
    const { wrapper, button } = await show({ 'POST /api/templates/lint': { findings: [finding] } })

    await wrapper.find('textarea').setValue('{称乎}')

    await soon(() => expect(wrapper.text()).toContain('没有变量 {称乎}'))
    expect(wrapper.find('textarea').attributes('aria-invalid')).toBe('true')
    expect(button('保存').attributes('disabled')).toBeDefined()
  })

  it('keeps one’s own where somebody else saved meanwhile, and offers both ways out', async () => {
    const { wrapper, button, server } = await show({
      [`PUT ${AT}`]: refusal(409, 'TEMPLATE_CHANGED', '刚被改过'),
    })
    await wrapper.find('textarea').setValue('我的')
    const theirs = aTemplate({
      version: 1,
      variants: [{ code: 'A', text: '别人的', weight: 1 }],
      history: [{ ...brief(), version: 1, by: 'x', byName: '李总', at: '2026-11-22T03:00:00Z' }],
    })
    server.routes[`GET ${AT}`] = theirs

    await button('保存').trigger('click')
    await soon(() => expect(wrapper.text()).toContain('李总保存了第 1 版'))
    expect(wrapper.find('textarea').element.value).toBe('我的')
    server.routes[`PUT ${AT}`] = aTemplate({ version: 2 })
    await button(words.keepMine).trigger('click')

    await soon(() => expect(server.sentTo(`PUT ${AT}`)).toHaveLength(2))
    expect(server.sentTo(`PUT ${AT}`)[1]).toMatchObject({ version: 1 })
  })

  it('previews a customer one looks for', async () => {
    const { wrapper, button, server } = await show({
      'POST /api/customers/search': {
        items: [{ id: '9', name: '孙七', memberNo: 'M9' }],
        nextCursor: null,
      },
    })
    await wrapper.find('input[type="search"]').setValue('孙')
    await wrapper.find('form.find').trigger('submit')
    await soon(() => expect(wrapper.text()).toContain('孙七'))
    server.routes['POST /api/templates/preview'] = {
      ...preview,
      customer: {
        customerId: '9',
        name: '孙七',
        guide: null,
        from: 'example',
        texts: [{ code: 'A', text: '孙先生，生日快到啦' }],
      },
    }

    await button('孙七').trigger('click')

    await soon(() => expect(wrapper.text()).toContain('孙先生，生日快到啦'))
    expect(wrapper.text()).toContain(words.fromExample)
    expect(server.sentTo('POST /api/templates/preview').at(-1)).toMatchObject({ customerId: '9' })
  })

  it('makes others for the situation, off until they are written', async () => {
    const made = aTemplate({ ...brief(), id: 'abcdefabcdef', isDefault: false, name: '老客' })
    const { wrapper, button, server } = await show({
      'POST /api/templates': made,
      'GET /api/templates/abcdefabcdef': made,
      'GET /api/templates/abcdefabcdef/results': results(),
    })
    await button(words.add).trigger('click')
    await wrapper.find('form.new input').setValue('老客')
    server.routes['GET /api/templates'] = list([brief(), { ...made, inForce: false }])
    await wrapper.find('form.new').trigger('submit')

    await soon(() => expect(wrapper.find('[role="switch"]').exists()).toBe(true))
    expect(server.sentTo('POST /api/templates')).toEqual([
      {
        kind: 'birthday',
        situation: 'before',
        name: '老客',
        enabled: false,
        variants: brief().variants,
      },
    ])
  })

  it('is read only where one may not change it', async () => {
    const { wrapper } = await show({
      'GET /api/me': { ...hq, role: 'manager' },
      [`GET ${AT}`]: aTemplate({ mayChange: false }),
    })

    expect(wrapper.text()).toContain(words.readOnly)
    expect(wrapper.find('textarea').attributes('readonly')).toBeDefined()
    expect(wrapper.text()).not.toContain(words.addVariant)
  })

  it('says what failed, with a way to try again', async () => {
    const { wrapper, button, server } = await show({
      'GET /api/templates': refusal(503, 'TOOK_TOO_LONG', '数据库太忙'),
    })
    expect(wrapper.text()).toContain('数据库太忙')
    server.routes['GET /api/templates'] = list()

    await button('再试一次').trigger('click')

    await soon(() => expect(wrapper.find('textarea').exists()).toBe(true))
  })
})
