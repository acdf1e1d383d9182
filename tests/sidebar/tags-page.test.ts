import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ManagedTag } from '../../server/api/tags/schema.ts'
import { sortTags } from '../../sidebar/pages/Console/Tags/sort-tags.ts'
import { sourceOf } from '../../sidebar/pages/Console/Tags/suggested-tag.ts'
import { aLibrary, aLibraryTag } from './support/builders.ts'
import { AUDIENCE_LISTS, aPreview } from './support/console-people.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'
import { settle } from './support/show.ts'

const hq = { userid: 'head', name: '王总', role: 'hq', stores: [], sync: null }
const aTag = (over: Partial<ManagedTag> = {}): ManagedTag => ({
  id: '10',
  name: '油皮',
  groupId: '92',
  groupName: '肤质',
  dimension: 'consumption',
  ours: true,
  inWecom: true,
  customers: 31,
  automatic: 4,
  unusedSince: null,
  rule: null,
  ...over,
})
const dry = aTag({ id: '11', name: '干皮', customers: 90, automatic: 0 })
const unused = aTag({
  id: '12',
  name: '老客',
  dimension: 'lifecycle',
  ours: false,
  customers: 0,
  automatic: 0,
  unusedSince: '2026-08-01T00:00:00Z',
})
const aRule = (over: object = {}) => ({
  code: 'rule-1',
  version: 2,
  name: '高频',
  tagId: '11',
  tagName: '干皮',
  filter: { purchaseDays365: { min: 12 } },
  enabled: true,
  validDays: 30,
  createdBy: 'head',
  createdAt: '2026-11-20T00:00:00Z',
  broken: null,
  run: {
    share: 0.4,
    changed: 17,
    requestedAt: '2026-11-22T03:00:00Z',
    finishedAt: null,
  },
  ...over,
})
const suggestion = {
  key: 'large_orders',
  dimension: 'consumption',
  name: '高客单',
  filter: { orders365: { min: 2 } },
  about: '近一年至少 2 单。',
  rule: null,
}
const routes = (over: Routes = {}): Routes => ({
  ...AUDIENCE_LISTS,
  'GET /api/me': hq,
  'GET /api/tags/managed': { items: [aTag(), dry, unused], nextCursor: null },
  'GET /api/tag-merges': { items: [], nextCursor: null },
  'GET /api/tag-rules': { items: [aRule()], nextCursor: null },
  'GET /api/tag-rules/suggestions': { items: [suggestion] },
  'POST /api/audiences/preview': aPreview(30),
  'PATCH /api/tags/10': null,
  'DELETE /api/tags/10': null,
  'POST /api/tag-merges': {},
  'POST /api/tag-merges/5/undo': {},
  'PUT /api/tag-rules/rule-1': aRule({ version: 3 }),
  'POST /api/tag-rules': aRule({ code: 'rule-2' }),
  'POST /api/tags': aLibraryTag({ id: '77', name: '高客单' }),
  ...over,
})
const show = async (path: string, over: Routes = {}) => await showConsole(routes(over), path)

enableAutoUnmount(afterEach)

describe('the tags of the library', () => {
  const names = (...args: [string, Parameters<typeof sortTags>[2]]) =>
    sortTags([aTag(), dry, unused], ...args).map(({ dimension, tags }) => [
      dimension,
      tags.map(({ name }) => name),
    ])

  it('stand by dimension, most customers first', () => {
    expect(names('', 'all')).toEqual([
      ['lifecycle', ['老客']],
      ['consumption', ['干皮', '油皮']],
    ])
  })

  it('are found by their name and that of their group', () => {
    expect(names(' 肤质 ', 'all')).toHaveLength(2)
    expect(names('干', 'all')).toEqual([['consumption', ['干皮']]])
  })

  it.each([
    ['unused', [['lifecycle', ['老客']]]],
    ['automatic', [['consumption', ['油皮']]]],
    ['manual', [['consumption', ['干皮']]]],
  ] as const)('that are %s stand alone', (filter, groups) => {
    expect(names('', filter)).toEqual(groups)
  })
})

describe('the tag of a suggestion', () => {
  const group = { id: '92', name: '肤质', dimension: 'consumption' as const, mayAdd: true }
  const own = aLibraryTag({ id: '40', name: '高客单' })
  const library = { tags: [own], groups: [group] }
  const of = (rules: { tagId: string }[], over: Partial<typeof library> = {}) =>
    sourceOf({ name: '高客单', dimension: 'consumption' }, { ...library, ...over }, rules)

  it('is one of its name that no rule gives, else a new one in a group of its dimension', () => {
    expect(of([])).toEqual({ tagId: '40' })
    expect(of([], { tags: [] })).toEqual({ groupId: '92' })
  })

  it('is none where its name is taken, or no group may take it', () => {
    expect(of([{ tagId: '40' }])).toBeNull()
    expect(of([], { tags: [], groups: [{ ...group, mayAdd: false }] })).toBeNull()
    expect(of([], { tags: [], groups: [] })).toBeNull()
  })
})

describe('标签库', () => {
  it('shows who has each tag, which are unused, and those of WeCom as not to be renamed', async () => {
    const { wrapper, tap } = await show('/tags')

    expect(wrapper.text()).toContain('其中自动 4')
    expect(wrapper.text()).toContain('没人用 · 8月1日起')
    expect(wrapper.find('[aria-label="给「老客」改名"]').exists()).toBe(false)
    await tap('谁有「油皮」')
    expect(wrapper.text()).toContain('张晓雅')
  })

  it('loads page after page, so that a search finds any tag', async () => {
    const { server, wrapper } = await show('/tags', {
      'GET /api/tags/managed': { items: [aTag()], nextCursor: 'next' },
    })
    server.routes['GET /api/tags/managed'] = { items: [dry], nextCursor: null }
    await settle()

    const asked = server.calls.filter(({ path }) => path.startsWith('/api/tags/managed'))
    expect(asked.length).toBeGreaterThan(1)
    expect(asked[1]?.path).toContain('cursor=next')
    expect(wrapper.text()).toContain('油皮')
  })

  it('of more than 500 tags searches by the server', async () => {
    const { server, wrapper } = await show('/tags', {
      'GET /api/tags/managed': { items: [aTag()], nextCursor: 'next' },
    })
    for (let i = 0; i < 30; i++) await settle()
    const asked = () => server.calls.filter(({ path }) => path.startsWith('/api/tags/managed'))
    expect(asked()).toHaveLength(25)

    server.routes['GET /api/tags/managed'] = { items: [dry], nextCursor: null }
    await wrapper.find('input[type="search"]').setValue('干')

    await vi.waitFor(() => expect(wrapper.text()).toContain('干皮'), 3000)
    expect(decodeURIComponent(asked().at(-1)?.path ?? '')).toContain('search=干')
  })

  it('renames a tag, and says why it could not', async () => {
    const { wrapper, server, tap } = await show('/tags', {
      'PATCH /api/tags/10': refusal(409, 'TAG_EXISTS', '已有同名标签'),
    })

    await tap('给「油皮」改名')
    await wrapper.find('[aria-label="新名字"]').setValue(' 混油 ')
    await wrapper.find('form.line').trigger('submit')
    await settle()

    expect(server.sentTo('PATCH /api/tags/10')).toEqual([{ name: '混油' }])
    expect(wrapper.text()).toContain('已有同名标签')
  })

  it('deletes a tag after one asked twice', async () => {
    const { server, tap } = await show('/tags')

    await tap('删除「油皮」')
    expect(server.calls.some(({ method }) => method === 'DELETE')).toBe(false)
    await tap('确定删除')

    expect(
      server.calls.some(({ method, path }) => `${method} ${path}` === 'DELETE /api/tags/10'),
    ).toBe(true)
  })

  it('merges one tag into another that is searched for', async () => {
    const { wrapper, server, tap } = await show('/tags')

    await tap('把「油皮」合并到别的标签')
    const dialog = wrapper.find('[role="dialog"]')
    await dialog.find('input').setValue('干')
    await dialog.find('[role="option"]').trigger('mousedown')
    await tap('开始合并')

    expect(server.sentTo('POST /api/tag-merges')).toEqual([{ from: '10', into: '11' }])
    expect(wrapper.find('[role="dialog"]').exists()).toBe(false)
  })

  it('shows merges as far as they are, and undoes one that is done', async () => {
    const merge = (id: string, state: string) => ({
      id,
      from: { id: '1', name: '旧' },
      into: { id: '2', name: '新' },
      state,
      by: 'head',
      at: '2026-11-22T02:00:00Z',
    })
    const { wrapper, server, tap } = await show('/tags', {
      'GET /api/tag-merges': { items: [merge('6', 'undoing'), merge('5', 'merged')] },
    })

    expect(wrapper.text()).toContain('正在撤销「旧」到「新」的合并')
    expect(wrapper.text()).toContain('「旧」已合并到「新」')
    await tap('撤销合并')

    expect(server.sentTo('POST /api/tag-merges/5/undo')).toHaveLength(1)
  })

  it('is read by managers, who change nothing and ask for no merges', async () => {
    const { wrapper, server } = await show('/tags', { 'GET /api/me': { ...hq, role: 'manager' } })

    expect(wrapper.text()).toContain('油皮')
    expect(wrapper.text()).not.toContain('改名')
    expect(server.calls.some(({ path }) => path.startsWith('/api/tag-merges'))).toBe(false)
  })
})

describe('自动标签', () => {
  it('tells each rule as a sentence, with how far it is', async () => {
    const { wrapper } = await show('/tags?tab=rules')

    expect(wrapper.text()).toContain('至少 12')
    expect(wrapper.text()).toContain('打上「干皮」')
    expect(wrapper.text()).toContain('正在核对全部客户：40.0%，已改 17 位')
    expect(wrapper.text()).toContain('打上 30 天后自动取下')
  })

  it('says what stands still and why', async () => {
    const { wrapper } = await show('/tags?tab=rules', {
      'GET /api/tag-rules': { items: [aRule({ broken: '标签「老客」已删除' })] },
    })

    expect(wrapper.text()).toContain('停着没跑：标签「老客」已删除')
  })

  it('tells who changed what of a rule, its filter in words', async () => {
    const version = (n: number, over: object) => {
      const { code: _code, run: _run, broken: _broken, ...rule } = aRule({ version: n, ...over })
      return { ...rule, by: 'head', byName: '王总', at: '2026-11-20T03:00:00Z' }
    }
    const { wrapper, tap } = await show('/tags?tab=rules', {
      'GET /api/tag-rules/rule-1/history': {
        items: [
          version(2, {}),
          version(1, { validDays: null, filter: { purchaseDays365: { min: 6 } } }),
        ],
      },
    })

    await tap('「高频」的历次修改')

    const history = wrapper.find('.versions').text()
    expect(history).toContain('第 2 版王总 · 2 天前正在用')
    expect(history).toMatch(/哪些客户.*至少 6.* → .*至少 12/)
    expect(history).toContain('几天后自动取下不再符合时取下 → 打上 30 天后自动取下')
    expect(history).not.toContain('规则名称')
  })

  it('switches a rule off as it stands', async () => {
    const { server, tap } = await show('/tags?tab=rules')

    await tap('开关「高频」')

    expect(server.sentTo('PUT /api/tag-rules/rule-1')).toEqual([
      {
        version: 2,
        name: '高频',
        tagId: '11',
        filter: { purchaseDays365: { min: 12 } },
        enabled: false,
        validDays: 30,
      },
    ])
  })

  it('turns a suggestion on with one tap, and makes its tag where there is none', async () => {
    const { server, tap } = await show('/tags?tab=rules', { 'GET /api/tags': aLibrary([]) })

    await tap('开启「高客单」')

    expect(server.sentTo('POST /api/tags')).toEqual([{ groupId: '92', name: '高客单' }])
    expect(server.sentTo('POST /api/tag-rules')).toEqual([
      { name: '高客单', tagId: '77', filter: suggestion.filter },
    ])
  })

  it('saves a changed rule over the version that was read', async () => {
    const { wrapper, server, tap } = await show('/tags?tab=rules')

    await tap('修改')
    await wrapper.find('[aria-label="几天后自动取下"]').setValue('')
    await wrapper.find('form.editor').trigger('submit')
    await settle()

    expect(server.sentTo('PUT /api/tag-rules/rule-1')).toEqual([
      {
        version: 2,
        name: '高频',
        tagId: '11',
        filter: { purchaseDays365: { min: 12 } },
        enabled: true,
      },
    ])
    expect(wrapper.find('form.editor').exists()).toBe(false)
  })

  it('saves nothing while something is missing, and says what', async () => {
    const { wrapper, server, tap } = await show('/tags?tab=rules')

    await tap('新建规则')
    await wrapper.find('form.editor').trigger('submit')
    expect(wrapper.text()).toContain('请写规则名称。')
    await wrapper.find('form.editor input.input').setValue('新规则')
    expect(wrapper.text()).toContain('请选一个标签。')

    expect(server.sentTo('POST /api/tag-rules')).toEqual([])
  })

  it('keeps one’s own change when somebody else saved meanwhile, and tells theirs', async () => {
    const { wrapper, server, tap } = await show('/tags?tab=rules', {
      'PUT /api/tag-rules/rule-1': refusal(409, 'TAG_RULE_CHANGED', '第 3 版'),
    })
    await tap('修改')
    await wrapper.find('form.editor input.input').setValue('常客')
    server.routes['GET /api/tag-rules'] = {
      items: [aRule({ version: 3, filter: { purchaseDays365: { min: 6 } } })],
    }

    await wrapper.find('form.editor').trigger('submit')
    await settle()

    expect(wrapper.find('form.editor [role="alert"]').text()).toContain('别人保存了第 3 版')
    expect(wrapper.find('form.editor [role="alert"]').text()).toContain('至少 6')
    await tap('用我的保存')
    expect(server.sentTo('PUT /api/tag-rules/rule-1').at(-1)).toMatchObject({
      version: 3,
      name: '常客',
      filter: { purchaseDays365: { min: 12 } },
    })
  })
})
