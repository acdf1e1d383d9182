import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import ChatPage from '../../sidebar/pages/Chat/ChatPage.vue'
import { createFakeHost } from '../../sidebar/wecom/fake-host.ts'
import { aLibrary, aProfile, aTag, aTask } from './support/builders.ts'
import { offline, refusal, type Routes } from './support/fake-server.ts'
import { settle, show } from './support/show.ts'

const PROFILE = 'GET /api/customers/by-external/wm11'
const TOUCH = 'POST /api/touches'
const routes = (over: Routes = {}): Routes => ({
  [PROFILE]: aProfile(),
  'GET /api/tags': aLibrary(),
  'GET /api/customers/11/timeline': { items: [], nextCursor: null },
  [TOUCH]: { id: '1' },
  ...over,
})
const inChat = () => createFakeHost({ customer: 'wm11' })

enableAutoUnmount(afterEach)
beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})

describe('what the sidebar shows', () => {
  it('shows who it is, when they were last contacted, and why now', async () => {
    const { wrapper } = await show(ChatPage, routes(), inChat())

    const text = wrapper.text()
    expect(text).toContain('张晓雅')
    expect(text).toContain('你 3 天前 · 店里 1 天前')
    expect(text).toContain('通常 15 天买一次，已经 31 天没来了。')
    expect(text).toContain('通常 15 天一次，已 31 天')
    expect(wrapper.find('textarea').element.value).toBe('晓雅你好，面霜快用完了吧？')
  })

  it('says on tap why there is no reminder, and how tier and classes are told', async () => {
    const { wrapper, server, tap } = await show(
      ChatPage,
      routes({
        [PROFILE]: aProfile({ tasks: [] }),
        'GET /api/customers/11/why': { sentence: '还不知道生日，补上月和日就会提醒。' },
      }),
      inChat(),
    )

    await tap('为什么没有提醒？')
    await tap('生日')
    expect(wrapper.text()).toContain('还不知道生日，补上月和日就会提醒。')
    await tap('关闭')

    server.routes['GET /api/customers/11/why'] = refusal(500, 'INTERNAL', '服务出了点问题。')
    await tap('怎么算的？')
    await tap('等级')
    expect(wrapper.text()).toContain('服务出了点问题。')
  })

  it.each([
    ['05-20', false, '生日 5月20日'],
    ['08-15', true, '生日 农历8月15日'],
    ['02-29', false, '生日 2月29日'],
  ])('shows the birthday %s, lunar %s, as %s', async (birthday, lunarBirthday, text) => {
    const known = aProfile({ birthday, lunarBirthday })
    const { wrapper } = await show(ChatPage, routes({ [PROFILE]: known }), inChat())

    expect(wrapper.text()).toContain(text)
    expect(wrapper.text()).not.toContain('补上生日')
  })

  it('takes month and day of a birthday nobody knew, by either calendar', async () => {
    const change = 'PATCH /api/customers/11'
    const { wrapper, server, tap } = await show(
      ChatPage,
      routes({ [PROFILE]: aProfile({ birthday: null }), [change]: aProfile() }),
      inChat(),
    )

    await tap('补上生日')
    await tap('农历')
    const [month, day] = wrapper.findAll('select')
    expect(day?.findAll('option')).toHaveLength(30)
    await month?.setValue('8')
    await day?.setValue('15')
    expect(month?.findAll('option')[7]?.text()).toBe('八月')
    server.routes[PROFILE] = aProfile({ birthday: '08-15', lunarBirthday: true })
    await wrapper.find('form.birthday').trigger('submit')
    await settle()

    expect(server.sentTo(change)).toEqual([{ birthday: '08-15', lunarBirthday: true }])
    expect(wrapper.text()).toContain('生日 农历8月15日')
  })

  it('shows what may be spent, what is pending, and what was taken without being there', async () => {
    const points = { balance: 1200, pending: 80, shortfall: 60, expiring: [] }
    const { wrapper } = await show(ChatPage, routes({ [PROFILE]: aProfile({ points }) }), inChat())

    expect(wrapper.text()).toContain('积分余额 1,200 · 80 待生效')
    expect(wrapper.text()).toContain('另有 60 积分，扣减时余额不足')
  })

  it('shows what failed and a retry button that works', async () => {
    const { wrapper, server, tap } = await show(
      ChatPage,
      routes({ [PROFILE]: refusal(500, 'INTERNAL', '服务出了点问题。') }),
      inChat(),
    )
    expect(wrapper.text()).toContain('服务出了点问题。')

    server.routes[PROFILE] = aProfile()
    await tap('再试一次')

    expect(wrapper.text()).toContain('张晓雅')
  })

  it('says so when the customer is not yours', async () => {
    const { wrapper } = await show(
      ChatPage,
      routes({ [PROFILE]: refusal(404, 'CUSTOMER_NOT_FOUND', '没有这位客户') }),
      inChat(),
    )

    expect(wrapper.text()).toContain('TA 还不是你的客户')
  })

  it('leads to sign-in when nobody is signed in', async () => {
    const { wrapper } = await show(
      ChatPage,
      routes({ [PROFILE]: refusal(401, 'NOT_SIGNED_IN', '请先登录') }),
      inChat(),
    )

    expect(wrapper.find('a.primary').attributes('href')).toMatch(/^\/auth\/login\?to=/)
  })

  it.each([
    ['wrong_entry', '请在客户聊天的侧边栏打开'],
    ['no_permission', '企业微信没有允许'],
    ['timed_out', '企业微信没有回应'],
    ['sign_failed', '和企业微信没有接上'],
  ] as const)('says what to do when WeCom answers %s', async (customer, text) => {
    const { wrapper, server } = await show(ChatPage, routes(), createFakeHost({ customer }))

    expect(wrapper.text()).toContain(text)
    expect(server.sentTo(PROFILE)).toEqual([])
  })

  it('asks to be opened in WeCom in a plain browser', async () => {
    const { wrapper } = await show(ChatPage, routes(), createFakeHost({ inWecom: false }))

    expect(wrapper.text()).toContain('请在客户聊天的侧边栏打开')
  })

  it('names an ended relation and an unmatched member', async () => {
    const profile = aProfile({
      memberNo: null,
      matchIssue: 'MEMBER_AMBIGUOUS',
      rhythm: null,
      relation: {
        remark: null,
        addedAt: '2025-01-01T00:00:00Z',
        endedAt: '2026-11-20T03:00:00Z',
        endedBy: 'customer',
        half: false,
      },
    })
    const { wrapper } = await show(ChatPage, routes({ [PROFILE]: profile }), inChat())

    expect(wrapper.text()).toContain('2 天前，客户删除了你')
    expect(wrapper.text()).toContain('同一个号码对应好几位会员')
  })

  it('shows a customer’s name as text, whatever is in it', async () => {
    const { wrapper } = await show(
      ChatPage,
      routes({ [PROFILE]: aProfile({ name: '<img src=x onerror=alert(1)>' }) }),
      inChat(),
    )

    expect(wrapper.find('img').exists()).toBe(false)
    expect(wrapper.find('h1').text()).toBe('<img src=x onerror=alert(1)>')
  })
})

describe('sending', () => {
  it('records a touch with what WeCom answered, then offers to finish', async () => {
    const host = inChat()
    const { wrapper, server, tap } = await show(ChatPage, routes(), host)
    await wrapper.find('textarea').setValue('改过的话')

    await tap('发送')

    expect(host.asked).toEqual(['改过的话'])
    expect(server.sentTo(TOUCH)).toEqual([
      {
        customerId: '11',
        taskId: '501',
        // changed words are still of the variant they were made of
        templateId: 'repurchase_overdue.overdue',
        variant: 'A',
        channel: 'sidebar',
        text: '改过的话',
        result: 'sent',
        clientKey: expect.stringMatching(/^[\da-f]{32}$/),
      },
    ])
    expect(wrapper.text()).toContain('TA 有什么反应？')
  })

  it('finishes the task with the outcome tapped', async () => {
    const DONE = 'POST /api/tasks/501/done'
    const { server, tap } = await show(ChatPage, routes({ [DONE]: aTask() }), inChat())

    await tap('发送')
    server.routes[PROFILE] = aProfile({ tasks: [] })
    await tap('说会来店')

    expect(server.sentTo(DONE)).toEqual([{ outcome: 'will_visit' }])
  })

  it('does not record a cancelled send as sent', async () => {
    const { wrapper, server, tap } = await show(
      ChatPage,
      routes(),
      createFakeHost({ customer: 'wm11', send: 'cancelled' }),
    )

    await tap('发送')

    expect(server.sentTo(TOUCH)).toMatchObject([{ result: 'cancelled' }])
    expect(wrapper.text()).toContain('没有发送')
    expect(wrapper.text()).not.toContain('TA 有什么反应？')
  })

  it('records a failed send as failed', async () => {
    const { server, tap } = await show(
      ChatPage,
      routes(),
      createFakeHost({ customer: 'wm11', send: 'no_permission' }),
    )

    await tap('发送')

    expect(server.sentTo(TOUCH)).toMatchObject([{ result: 'failed' }])
  })

  it('asks the guide when WeCom does not say what came of it', async () => {
    const { wrapper, server, tap } = await show(
      ChatPage,
      routes(),
      createFakeHost({ customer: 'wm11', send: 'unknown' }),
    )

    await tap('发送')
    expect(wrapper.text()).toContain('消息发出去了吗？')
    expect(server.sentTo(TOUCH)).toEqual([])
    await tap('发出去了')

    expect(server.sentTo(TOUCH)).toMatchObject([{ result: 'sent' }])
  })

  it('keeps the record of a sent message until the server takes it', async () => {
    const { wrapper, server, tap } = await show(ChatPage, routes({ [TOUCH]: offline }), inChat())
    await tap('发送')
    expect(wrapper.text()).toContain('记录会在有网时自动补上')

    server.routes[TOUCH] = { id: '1' }
    window.dispatchEvent(new Event('online'))
    await settle()

    const [first, second] = server.sentTo(TOUCH)
    expect(second).toEqual(first)
    window.dispatchEvent(new Event('online'))
    await settle()
    expect(server.sentTo(TOUCH)).toHaveLength(2)
  })

  it('keeps the record even while it is not known who is signed in', async () => {
    const { wrapper, server, tap } = await show(
      ChatPage,
      routes({ 'GET /api/me': offline, [TOUCH]: offline }),
      inChat(),
    )
    await tap('发送')
    expect(wrapper.text()).toContain('记录会在有网时自动补上')

    server.routes[TOUCH] = { id: '1' }
    window.dispatchEvent(new Event('online'))
    await settle()

    expect(server.sentTo(TOUCH)).toHaveLength(2)
    expect(localStorage.length + sessionStorage.length).toBe(0)
  })

  it('shows why and until when the customer may not be contacted, and lets the words be read', async () => {
    const host = inChat()
    const { wrapper, button, tap } = await show(
      ChatPage,
      routes({
        [PROFILE]: aProfile({
          contact: { ok: false, why: 'customer_day', until: '2026-11-23T01:00:00Z' },
        }),
      }),
      host,
    )

    await tap('发送')

    expect(wrapper.text()).toContain('今天已经联系过 TA，明天 09:00后可以再发')
    expect(button('发送').attributes('disabled')).toBeDefined()
    expect(wrapper.find('textarea').element.value).toContain('面霜')
    expect(host.asked).toEqual([])
  })
})

describe('tagging', () => {
  const CHANGE = 'PATCH /api/customers/11/tags'
  const on = (wrapper: { findAll: (selector: string) => { text: () => string }[] }) =>
    wrapper.findAll('.tag[aria-pressed="true"]').map((tag) => tag.text())

  it('shows a tapped tag at once and keeps what the server answers', async () => {
    const { wrapper, server, button } = await show(
      ChatPage,
      routes({ [CHANGE]: { tags: [aTag(), aTag({ id: '10', name: '油皮' })] } }),
      inChat(),
    )

    await button('加上 油皮').trigger('click')
    await Promise.resolve()
    await wrapper.vm.$nextTick()
    expect(on(wrapper)).toContain('油皮')
    await settle()

    expect(on(wrapper)).toEqual(['敏感肌', '油皮'])
    expect(server.sentTo(CHANGE)).toEqual([{ add: ['10'], remove: [] }])
  })

  it('rolls a tag back when the server refuses it, and says so', async () => {
    const { wrapper, tap } = await show(
      ChatPage,
      routes({ [CHANGE]: refusal(404, 'TAG_NOT_FOUND', '没有标签') }),
      inChat(),
    )

    await tap('加上 油皮')

    expect(on(wrapper)).toEqual(['敏感肌'])
    expect(wrapper.text()).toContain('「油皮」没有改成，已还原')
  })

  it('says why an automatic tag is there while a finger is held on it, and leaves it on', async () => {
    const why = '规则「高价值客户」第 2 版于 11 月 22 日自动打上：近一年消费 ¥1,234.5。'
    const tags = [aTag({ name: '高价值', origin: 'rule', originBy: 'rule-1@2', why })]
    const { wrapper, server } = await show(
      ChatPage,
      routes({ [PROFILE]: aProfile({ tags }) }),
      inChat(),
    )
    const chip = wrapper.get('.tag[aria-pressed="true"]')
    vi.useFakeTimers()
    try {
      await chip.trigger('pointerdown')
      vi.advanceTimersByTime(499)
      await wrapper.vm.$nextTick()
      expect(wrapper.text()).not.toContain(why)
      vi.advanceTimersByTime(1)
      await chip.trigger('pointerup')
      await chip.trigger('click')
      expect(wrapper.text()).toContain(why)
    } finally {
      vi.useRealTimers()
    }

    expect(chip.attributes('aria-label')).toContain(why)
    expect(server.sentTo(CHANGE)).toEqual([])
  })

  it('undoes a tag from the toast', async () => {
    const { server, tap } = await show(
      ChatPage,
      routes({ [CHANGE]: { tags: [aTag(), aTag({ id: '10', name: '油皮' })] } }),
      inChat(),
    )

    await tap('加上 油皮')
    await tap('撤销')

    expect(server.sentTo(CHANGE)).toEqual([
      { add: ['10'], remove: [] },
      { add: [], remove: ['10'] },
    ])
  })

  it('makes a new tag where it may and puts it on', async () => {
    const { wrapper, server, tap } = await show(
      ChatPage,
      routes({
        'POST /api/tags': {
          id: '77',
          name: '爱送礼',
          groupId: '91',
          groupName: '行为',
          dimension: 'behaviour',
          lastUsedAt: null,
        },
        [CHANGE]: { tags: [aTag(), aTag({ id: '77', name: '爱送礼', dimension: 'behaviour' })] },
      }),
      inChat(),
    )

    await tap('找标签')
    await wrapper.find('#tag-search').setValue('爱送礼')
    await tap('新建「爱送礼」到 行为')

    expect(server.sentTo('POST /api/tags')).toEqual([{ groupId: '91', name: '爱送礼' }])
    expect(server.sentTo(CHANGE)).toEqual([{ add: ['77'], remove: [] }])
    expect(on(wrapper)).toContain('爱送礼')
  })
})

describe('consent and notes', () => {
  it('saves a new consent only with where it is known from', async () => {
    const CONSENT = 'POST /api/customers/11/consent'
    const { wrapper, server, button, tap } = await show(
      ChatPage,
      routes({ [CONSENT]: {} }),
      inChat(),
    )

    await tap('愿意接收')
    await wrapper.find('input[value="one_to_one"]').setValue()
    expect(button('保存').attributes('disabled')).toBeDefined()
    await tap('客户在店里说的')
    await tap('保存')

    expect(server.sentTo(CONSENT)).toEqual([{ consent: 'one_to_one', source: '客户在店里说的' }])
  })

  it('keeps the words of a note that could not be saved', async () => {
    const { wrapper } = await show(
      ChatPage,
      routes({ 'POST /api/customers/11/notes': offline }),
      inChat(),
    )
    const field = wrapper.findAll('textarea').at(-1)

    await field?.setValue('喜欢淡香')
    await wrapper.find('form').trigger('submit')
    await settle()

    expect(field?.element.value).toBe('喜欢淡香')
    expect(wrapper.text()).toContain('网络不通')
  })
})
