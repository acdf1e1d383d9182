import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, shallowRef } from 'vue'
import type { CustomerFilter } from '../../domain/customer-filter.ts'
import AudienceBuilder from '../../sidebar/pages/Console/Audience/AudienceBuilder.vue'
import { emptyAudience, EVERYONE, readTree } from '../../sidebar/pages/Console/Audience/tree.ts'
import { useAudience } from '../../sidebar/pages/Console/Audience/use-audience.ts'
import { AUDIENCE_LISTS, aPreview, MANAGER } from './support/console-people.ts'
import { refusal, type Routes } from './support/fake-server.ts'
import { settle, show } from './support/show.ts'

const PREVIEW = 'POST /api/audiences/preview'

enableAutoUnmount(afterEach)
beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

async function showBuilder(options: { filter?: CustomerFilter; routes?: Routes } = {}) {
  const audience = shallowRef(options.filter ? readTree(options.filter) : emptyAudience())
  const page = defineComponent({
    setup() {
      const state = useAudience(audience)
      return () =>
        h(AudienceBuilder, {
          me: { ...MANAGER, stores: [...MANAGER.stores] },
          state,
          modelValue: audience.value,
          'onUpdate:modelValue': (changed) => (audience.value = changed),
        })
    },
  })
  const shown = await show(page, { ...AUDIENCE_LISTS, [PREVIEW]: aPreview(30), ...options.routes })
  await pause()
  return {
    ...shown,
    add: (name: string) => shown.wrapper.find('select[aria-label="加一个条件"]').setValue(name),
    asked: () => shown.server.sentTo(PREVIEW).map((body) => (body as { filter: unknown }).filter),
  }
}

/** until typing counts as over, and the answers are there */
async function pause() {
  await settle()
  vi.advanceTimersByTime(400)
  await settle()
}

describe('the audience builder', () => {
  it('asks nothing before there is a condition, nor while one says nothing', async () => {
    const { wrapper, asked, add } = await showBuilder()
    expect(wrapper.text()).toContain('先加一个条件')

    await add('lastPurchase')
    await pause()

    expect(wrapper.text()).toContain('把没填完的条件补上')
    expect(asked()).toEqual([])
  })

  it('offers the regions of one’s own stores to choose from', async () => {
    const { wrapper, add, asked } = await showBuilder()
    await add('region')

    const search = wrapper.find('[role="combobox"]')
    await search.trigger('focus')
    expect(wrapper.findAll('[role="option"]').map((one) => one.text())).toEqual(['华东'])
    await search.trigger('keydown.enter')
    await pause()

    expect(asked()[0]).toEqual({ region: ['华东'] })
  })

  it('counts once after the typing, with who is out of reach and why, by store, and a few by name', async () => {
    const { wrapper, asked, add } = await showBuilder()
    await add('lastPurchase')

    const from = wrapper.find('input[aria-label="上次购买 从"]')
    await from.setValue('3')
    await from.setValue('30')
    await pause()

    expect(asked().filter((filter) => filter !== null)).toEqual([
      { lastPurchase: { min: 30 } },
      EVERYONE,
    ])
    for (const said of [
      '30 位客户',
      '28 位可以联系',
      '2 位联系不上',
      '1 位说过不再联系',
      '1 位还没有导购好友',
      '西湖店',
      '没有门店',
      '张晓雅、王芳',
    ])
      expect(wrapper.text()).toContain(said)
  })

  it('writes money in fen, shares as shares, and “不在” as not', async () => {
    const { wrapper, asked, add } = await showBuilder()
    await add('spend365')
    await wrapper.find('input[aria-label="近一年消费 从"]').setValue('2000.5')
    await add('pAlive')
    await wrapper.find('input[aria-label="还会再来的可能 到"]').setValue('30')
    await wrapper.find('select[aria-label="还会再来的可能"]').setValue('isNot')
    await pause()

    expect(asked()).toContainEqual({
      and: [{ spend365: { min: 200_050 } }, { not: { pAlive: { max: 0.3 } } }],
    })
  })

  it('finds tags by typing, takes one by Enter, and says 都没有 as none', async () => {
    const { wrapper, asked, add } = await showBuilder()
    await add('tags')
    const field = wrapper.find('input[role="combobox"]')
    await field.trigger('focus')
    await field.setValue('干')
    expect(wrapper.findAll('[role="option"]').map((option) => option.text())).toEqual(['干皮肤质'])
    await field.trigger('keydown', { key: 'Enter' })
    await wrapper.find('select[aria-label="标签"]').setValue('none')
    await pause()

    expect(asked()).toContainEqual({ tags: { none: ['11'] } })
  })

  it('closes its list of tags when the focus leaves it', async () => {
    const { wrapper, add } = await showBuilder()
    await add('tags')
    await wrapper.find('input[role="combobox"]').trigger('focus')
    expect(wrapper.findAll('[role="option"]')).toHaveLength(2)

    const relatedTarget = wrapper.find('select').element
    await wrapper.find('input[role="combobox"]').trigger('focusout', { relatedTarget })

    expect(wrapper.findAll('[role="option"]')).toHaveLength(0)
  })

  it('joins by 任一满足, and puts a group inside', async () => {
    const { wrapper, asked, tap } = await showBuilder({
      filter: { and: [{ neverBought: true }, { member: true }] },
    })
    await tap('任一满足')
    await tap('加一组条件')
    const inner = wrapper.findAll('select[aria-label="加一个条件"]')[0]
    await inner?.setValue('tier')
    await tap('金卡')
    await wrapper.find('input[type="checkbox"]').setValue(true)
    await pause()

    expect(asked()).toContainEqual({
      or: [{ neverBought: true }, { member: true }, { not: { tier: ['gold'] } }],
    })
  })

  it('says which tag was deleted, at its condition', async () => {
    const { wrapper } = await showBuilder({
      filter: { and: [{ member: true }, { tags: { any: ['99'] } }] },
      routes: {
        [PREVIEW]: refusal(400, 'BAD_INPUT', 'names no tag', 'filter.and[1].tags.any[0]'),
      },
    })

    const row = wrapper.find('[role="group"][aria-label="标签"]')
    expect(row.text()).toContain('已删除（99）')
    expect(row.text()).toContain('这里用到的标签已被删除')
  })

  it('says that nobody fits, and that it is everybody', async () => {
    const nobody = await showBuilder({
      filter: { member: true },
      routes: { [PREVIEW]: aPreview(0) },
    })
    expect(nobody.wrapper.text()).toContain('没有人符合')

    const everybody = await showBuilder({ filter: EVERYONE })
    expect(everybody.wrapper.text()).toContain('这就是你的全部客户')
  })

  it('refuses a range that nobody can fit, without asking', async () => {
    const { wrapper, asked, add } = await showBuilder()
    await add('points')
    await wrapper.find('input[aria-label="可用积分 从"]').setValue('9')
    await wrapper.find('input[aria-label="可用积分 到"]').setValue('3')
    await pause()

    expect(wrapper.find('[role="alert"]').text()).toContain('前面的数比后面的大')
    expect(asked()).toEqual([])
  })

  it('shows what failed and counts again on a tap', async () => {
    const { wrapper, server, tap } = await showBuilder({
      filter: { member: true },
      routes: { [PREVIEW]: refusal(503, 'TOOK_TOO_LONG', '数据库太忙，没有等到结果。') },
    })
    expect(wrapper.text()).toContain('数据库太忙')

    server.routes[PREVIEW] = aPreview(30)
    await tap('再试一次')
    await pause()

    expect(wrapper.text()).toContain('30 位客户')
  })

  it('saves the audience under a name, opens a saved one, and deletes it after asking', async () => {
    const segment = {
      id: '7',
      name: '银卡',
      filter: { tier: ['silver'] },
      createdBy: { userid: 'boss', name: '陈店长' },
      own: true,
      createdAt: '2026-11-22T00:00:00Z',
    }
    const { wrapper, server, asked, tap } = await showBuilder({
      filter: { member: true },
      routes: {
        'GET /api/segments': { items: [segment] },
        'POST /api/segments': segment,
        'DELETE /api/segments/7': null,
      },
    })

    await tap('存为人群')
    await wrapper.find('input[aria-label="给这群人起个名字"]').setValue(' 会员 ')
    await wrapper.find('form').trigger('submit')
    await settle()
    expect(server.sentTo('POST /api/segments')).toEqual([
      { name: '会员', filter: { member: true } },
    ])

    await wrapper.find('select[aria-label="存好的人群"]').setValue('7')
    await pause()
    expect(asked()).toContainEqual({ tier: ['silver'] })

    await tap('删除「银卡」')
    expect(server.sentTo('DELETE /api/segments/7')).toEqual([])
    await tap('删除')
    expect(server.sentTo('DELETE /api/segments/7')).toHaveLength(1)
  })
})
