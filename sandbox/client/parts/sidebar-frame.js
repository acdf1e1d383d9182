import { computed, inject, ref, watch } from '../lib/vue.js'
import { openAddress } from '../lib/assistant-address.js'
import { useBridgeHost } from '../lib/bridge-host.js'
import { keep, recall } from '../lib/storage.js'
import { Icon } from './icon.js'

/** The chat toolbar: the assistant beside the chat, 375 wide, loaded anew for each chat and person. */
export const SidebarFrame = {
  components: { Icon },
  setup() {
    const session = inject('session')
    const answerBridge = inject('bridge')
    const frame = ref(null)
    const turn = ref(0)
    const loaded = ref(false)
    const ask = ref(recall('ask-before-send') === 'yes')
    const key = computed(() => `${session.at.as}/${session.at.with}/${turn.value}`)
    const address = computed(() => openAddress(session.at.as, '/sidebar'))

    watch(key, () => {
      loaded.value = false
    })
    watch(ask, (on) => keep('ask-before-send', on ? 'yes' : 'no'))
    useBridgeHost(frame, inject('assistantOrigin'), (name, params, pageUrl) =>
      answerBridge({
        name,
        params,
        pageUrl,
        entry: 'single_chat_tools',
        ask: ask.value,
        place: 'sidebar',
      }),
    )

    return { frame, loaded, ask, key, address, reload: () => (turn.value += 1) }
  },
  template: `
    <aside class="sidebar" aria-label="聊天侧边栏">
      <header class="sidebar-head"><b>导购助手</b>
        <label class="check" title="真实的企业微信点一下就发进聊天；打开它可以试试「取消」"><input v-model="ask" type="checkbox" data-testid="ask-before-send" />发送前询问</label>
        <button type="button" class="icon-button" aria-label="刷新侧边栏" @click="reload"><icon name="reload" :size="16" /></button>
      </header>
      <div class="frame-wrap"><p v-if="!loaded" class="frame-wait"><i class="spinner"></i>正在打开侧边栏…</p>
        <iframe ref="frame" :key="key" :src="address" title="导购助手侧边栏" data-testid="sidebar-frame" allow="clipboard-write" @load="loaded = true"></iframe></div>
    </aside>`,
}
