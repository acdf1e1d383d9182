import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import DeskPage from '../../sidebar/pages/Desk/DeskPage.vue'
import { createFakeHost } from '../../sidebar/wecom/fake-host.ts'
import { aTask, aTaskPage } from './support/builders.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { settle, show } from './support/show.ts'

const TASKS = 'GET /api/tasks'
const routes = (over: Routes = {}): Routes => ({ [TASKS]: aTaskPage(), ...over })

enableAutoUnmount(afterEach)
beforeEach(() => {
  localStorage.clear()
  window.history.replaceState(null, '', '/desk')
})

describe('我的任务', () => {
  it('shows the day’s progress, the counts and pressed tasks on top', async () => {
    const tasks = [
      aTask({ id: '1' }),
      aTask({ id: '2', urgent: true, customer: { ...aTask().customer, name: '王丽' } }),
    ]
    const { wrapper } = await show(DeskPage, routes({ [TASKS]: aTaskPage(tasks) }))

    expect(wrapper.text()).toContain('6/18')
    expect(wrapper.findAll('.row .name').map((name) => name.text())).toEqual(['王丽', '张晓雅'])
  })

  it('marks a customer who may be left alone, in the list and on the task', async () => {
    const task = aTask({ id: '7', mark: '多半不会再来，可以不打扰' })
    window.history.replaceState(null, '', '/desk?task=7')
    const { wrapper } = await show(
      DeskPage,
      routes({ [TASKS]: aTaskPage([task]), 'GET /api/tasks/7': task }),
    )

    const marks = wrapper.findAll('.chip').filter((chip) => chip.text() === task.mark)

    expect(marks).toHaveLength(2)
  })

  it('is warm when there is nothing to do', async () => {
    const { wrapper } = await show(DeskPage, routes({ [TASKS]: aTaskPage([]) }))

    expect(wrapper.text()).toContain('今天的都处理完了')
  })

  it('shows what failed and a retry button that works', async () => {
    const { wrapper, server, tap } = await show(
      DeskPage,
      routes({ [TASKS]: refusal(500, 'INTERNAL', '服务出了点问题。') }),
    )
    expect(wrapper.text()).toContain('服务出了点问题。')

    server.routes[TASKS] = aTaskPage()
    await tap('再试一次')

    expect(wrapper.text()).toContain('张晓雅')
  })

  it('opens the task a card named, with the chat one tap away', async () => {
    window.history.replaceState(null, '', '/desk?task=501')
    const host = createFakeHost()
    const { server, tap } = await show(
      DeskPage,
      routes({ 'GET /api/tasks/501': aTask(), 'POST /api/tasks/501/start': {} }),
      host,
    )

    await tap('去聊天')

    expect(host.opened).toEqual(['wm11'])
    expect(server.sentTo('POST /api/tasks/501/start')).toHaveLength(1)
  })

  it('says so when the named task is gone', async () => {
    window.history.replaceState(null, '', '/desk?task=999')
    const { wrapper } = await show(
      DeskPage,
      routes({ 'GET /api/tasks/999': refusal(404, 'TASK_NOT_FOUND', '没有这个任务') }),
    )

    expect(wrapper.text()).toContain('这个任务找不到了')
  })

  it('finishes a task from its sheet', async () => {
    const DONE = 'POST /api/tasks/501/done'
    const { wrapper, server } = await show(DeskPage, routes({ [DONE]: aTask() }))

    await wrapper.find('.row').trigger('click')
    await wrapper
      .find('[role="dialog"]')
      .findAll('button')
      .find((b) => b.text() === '完成')
      ?.trigger('click')
    await wrapper.find('#outcome-note').setValue('周末来')
    await wrapper.findAll('[role="dialog"] .choices button').at(2)?.trigger('click')
    await settle()

    expect(server.sentTo(DONE)).toEqual([{ outcome: 'will_visit', note: '周末来' }])
    expect(wrapper.find('[role="dialog"]').exists()).toBe(false)
  })

  it('makes the list fresh when the task was closed elsewhere meanwhile', async () => {
    const { wrapper, server } = await show(
      DeskPage,
      routes({
        'POST /api/tasks/501/dismiss': refusal(409, 'TASK_ALREADY_CLOSED', '已经结束'),
      }),
    )
    await wrapper.find('.row').trigger('click')
    const asked = server.sentTo(TASKS).length
    await wrapper
      .find('[role="dialog"]')
      .findAll('button')
      .find((b) => b.text() === '不合适')
      ?.trigger('click')

    await wrapper.findAll('[role="dialog"] .choice').at(0)?.trigger('click')
    await settle()

    expect(wrapper.text()).toContain('这件事已经结束了，已为你刷新')
    expect(server.sentTo(TASKS).length).toBeGreaterThan(asked)
  })

  it('tells who is waiting and why', async () => {
    const { wrapper, tap } = await show(
      DeskPage,
      routes({
        [TASKS]: aTaskPage([aTask()], { waiting: 3 }),
        'GET /api/tasks/waiting': {
          items: [
            {
              id: '1',
              kind: 'birthday',
              customer: { id: '70', name: '李想' },
              why: 'customer_week',
              until: '2026-11-24',
              reason: '后天过生日。',
            },
          ],
          nextCursor: null,
        },
      }),
    )

    await tap('还有 3 位排队中')

    expect(wrapper.text()).toContain('最近 7 天联系够了 · 最早 11月24日')
  })
})
