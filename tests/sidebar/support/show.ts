import { vi } from 'vitest'
import { VUE_QUERY_CLIENT } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { List, PullRefresh, SwipeCell, Tab, Tabs } from 'vant'
import type { Component, Plugin } from 'vue'
import { createApi } from '../../../sidebar/api.ts'
import { clockKey, createBusinessClock } from '../../../sidebar/clock.ts'
import { messagesKey } from '../../../sidebar/i18n/index.ts'
import { zhCN } from '../../../sidebar/i18n/zh-CN.ts'
import { apiKey } from '../../../sidebar/session.ts'
import { createQueryClient } from '../../../sidebar/state/queries.ts'
import { createToaster, toasterKey } from '../../../sidebar/state/toaster.ts'
import { chatHostKey, type ChatHost } from '../../../sidebar/wecom/chat-host.ts'
import { createFakeHost } from '../../../sidebar/wecom/fake-host.ts'
import { NOW } from './builders.ts'
import { createFakeServer, type Routes } from './fake-server.ts'

const ME = {
  userid: 'limin',
  name: '李敏',
  role: 'guide',
  stores: [{ storeNo: 'S1', name: '西湖店' }],
  sync: null,
}

/** Mounts a page as page.ts would, with a server and a WeCom client of the test's own, and waits for the answers. */
export async function show(
  page: Component,
  routes: Routes,
  host: ChatHost = createFakeHost(),
  plugins: Plugin[] = [],
) {
  const server = createFakeServer({ 'GET /api/me': ME, ...routes })
  const queries = createQueryClient()
  queries.setDefaultOptions({ queries: { retry: false, gcTime: Infinity } })
  const wrapper = mount(page, {
    attachTo: document.body,
    global: {
      plugins,
      components: {
        VanList: List,
        VanPullRefresh: PullRefresh,
        VanSwipeCell: SwipeCell,
        VanTab: Tab,
        VanTabs: Tabs,
      },
      provide: {
        [VUE_QUERY_CLIENT]: queries,
        [apiKey]: createApi({ fetch: server.fetch, language: 'zh-CN' }),
        [clockKey]: createBusinessClock(() => NOW.getTime()),
        [messagesKey]: zhCN,
        [toasterKey]: createToaster(),
        [chatHostKey]: host,
      },
    },
  })
  await settle()

  /** The button whose text or label has these words in it. */
  function button(words: string) {
    const found = wrapper
      .findAll('button')
      .find((each) => `${each.text()} ${each.attributes('aria-label') ?? ''}`.includes(words))
    if (!found) throw new Error(`no button “${words}” in: ${wrapper.text()}`)
    return found
  }

  return {
    wrapper,
    server,
    button,
    tap: async (words: string) => {
      await button(words).trigger('click')
      await settle()
    },
  }
}

/** Lets all answers, and parts that a tap loads, arrive and be shown. */
export async function settle(): Promise<void> {
  await flushPromises()
  await vi.dynamicImportSettled()
  for (let round = 0; round < 5; round++) await flushPromises()
}
