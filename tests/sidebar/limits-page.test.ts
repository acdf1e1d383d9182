import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { CONTACT_LIMITS } from '../../domain/contact-limits.ts'
import { partsOf } from '../../sidebar/pages/Console/Editor/sentence-parts.ts'
import { LIMITS_WORDS } from '../../sidebar/pages/Console/Limits/limits-words.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'

const hq = { userid: 'head', name: '王总', role: 'hq', stores: [], sync: null }
const theirs = { ...CONTACT_LIMITS, tasksDay: 15 }
const someLimits = (over: object = {}) => ({
  version: 1,
  limits: theirs,
  history: [{ version: 1, limits: theirs, by: 'li', byName: '李总', at: '2026-11-20T03:00:00Z' }],
  ...over,
})
const tried = {
  date: '2026-11-30',
  after: { created: 120, guides: 12, heldBack: { guide_day: 30 } },
  before: { created: 150, guides: 12, heldBack: { customer_week: 4 } },
}
const PATH = '/api/contact-limits'
const show = (over: Routes = {}) =>
  showConsole(
    {
      'GET /api/me': hq,
      'GET /api/rules': {
        items: [
          { kind: 'birthday', label: '生日', version: 1, enabled: true, params: {}, stores: null },
        ],
      },
      [`GET ${PATH}`]: someLimits(),
      [`POST ${PATH}/dry-run`]: tried,
      [`PUT ${PATH}`]: someLimits({ version: 2 }),
      ...over,
    },
    '/rules?rule=limits',
  )
type Wrapper = Awaited<ReturnType<typeof show>>['wrapper']
const field = (wrapper: Wrapper, label: string) =>
  wrapper.find<HTMLInputElement>(`[aria-label="${label}"]`)

enableAutoUnmount(afterEach)

describe.each(['zh-CN', 'en'] as const)('the words of the limits in %s', (lang) => {
  it('name each limit once', () => {
    const { parts, labels } = LIMITS_WORDS[lang]
    const named = Object.values(parts).flatMap(({ sentence }) =>
      partsOf(sentence).flatMap(({ name }) => name ?? []),
    )

    expect(named.toSorted()).toEqual(Object.keys(CONTACT_LIMITS).toSorted())
    expect(Object.keys(labels).toSorted()).toEqual(Object.keys(CONTACT_LIMITS).toSorted())
  })
})

describe('联系上限', () => {
  it('are told in sentences with their numbers as fields, beside the rules', async () => {
    const { wrapper } = await show()

    expect(wrapper.text()).toContain('不论哪位导购')
    expect(field(wrapper, '每天新任务').element.value).toBe('15')
    expect(field(wrapper, '一天最多次数').element.max).toBe('3')
    expect(wrapper.find('[aria-current="true"]').text()).toBe('联系上限')
    expect(wrapper.text()).toContain('李总')
  })

  it('say at their field what can’t be used, and are not saved then', async () => {
    const { wrapper, button } = await show()

    await field(wrapper, '7 天最多次数').setValue('9')

    expect(wrapper.text()).toContain('7 天最多次数：请填 1 到 7 之间的整数。')
    expect(button('试算').attributes('disabled')).toBeDefined()
    expect(button('保存').attributes('disabled')).toBeDefined()
  })

  it('are tried on the next morning and saved over the version that was read', async () => {
    const { wrapper, server, tap } = await show()

    await field(wrapper, '每天新任务').setValue('8')
    await tap('试算')
    for (const text of ['120', '现在：150', '导购今天的新任务满了']) {
      expect(wrapper.text()).toContain(text)
    }
    await tap('保存')

    const limits = { ...theirs, tasksDay: 8 }
    expect(server.sentTo(`POST ${PATH}/dry-run`)).toEqual([{ limits }])
    expect(server.sentTo(`PUT ${PATH}`)).toEqual([{ version: 1, limits }])
  })

  it('keep what one changed where somebody else saved meanwhile', async () => {
    const { wrapper, server, tap } = await show({
      [`PUT ${PATH}`]: refusal(409, 'CONTACT_LIMITS_CHANGED', '刚被别人改过'),
    })
    await field(wrapper, '每天新任务').setValue('8')
    server.routes[`GET ${PATH}`] = someLimits({ version: 2 })
    await tap('试算')
    await tap('保存')

    expect(field(wrapper, '每天新任务').element.value).toBe('8')
    expect(wrapper.text()).toContain('用我的保存')
  })

  it('are read by managers, and changed by nobody but headquarters', async () => {
    const { wrapper } = await show({ 'GET /api/me': { ...hq, role: 'manager' } })

    expect(wrapper.text()).toContain('由总部设置')
    expect(field(wrapper, '每天新任务').element.readOnly).toBe(true)
    expect(wrapper.findAll('button').map((one) => one.text())).not.toContain('试算')
  })
})
