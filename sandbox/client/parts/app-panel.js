import { computed, inject, ref, watch } from '../lib/vue.js'
import { openAddress } from '../lib/assistant-address.js'
import { useBridgeHost } from '../lib/bridge-host.js'
import { Icon } from './icon.js'

/** The window WeCom opens for a page of the app: phone-sized for the desk, wide for the console. */
export const AppPanel = {
  components: { Icon },
  setup() {
    const session = inject('session')
    const windows = inject('windows')
    const answerBridge = inject('bridge')
    const { panel } = windows
    const frame = ref(null)
    const loaded = ref(false)
    const address = computed(() => openAddress(session.at.as, panel.to))

    watch(
      () => panel.key,
      () => {
        loaded.value = false
      },
    )
    useBridgeHost(frame, inject('assistantOrigin'), (name, params, pageUrl) =>
      answerBridge({ name, params, pageUrl, entry: 'normal', ask: false, place: 'panel' }),
    )

    return { session, windows, panel, frame, loaded, address }
  },
  template: `
    <section v-show="!panel.minimised" class="panel" :class="{ 'panel-wide': panel.wide }" role="dialog" :aria-label="panel.title" @keydown.esc="windows.close">
      <header class="panel-head"><b class="ellipsis">{{ panel.title }}</b>
        <button v-if="!panel.outside" type="button" class="icon-button" aria-label="刷新" @click="windows.reload"><icon name="reload" :size="16" /></button>
        <a v-if="panel.to" class="icon-button" :href="address" target="_blank" rel="noopener" aria-label="在浏览器打开" title="在浏览器打开"><icon name="outside" :size="16" /></a>
        <button type="button" class="icon-button" aria-label="收起" @click="windows.minimise"><icon name="minimise" :size="16" /></button>
        <button type="button" class="icon-button" aria-label="关闭" data-testid="panel-close" @click="windows.close"><icon name="close" :size="16" /></button>
      </header>
      <div v-if="panel.to" class="frame-wrap"><p v-if="!loaded" class="frame-wait"><i class="spinner"></i>正在打开…</p>
        <iframe ref="frame" :key="session.at.as + panel.key" :src="address" :title="panel.title" data-testid="panel-frame" allow="clipboard-write" @load="loaded = true"></iframe></div>
      <div v-else class="panel-outside"><p>这个链接不属于导购助手，沙盒不打开外面的网页。</p><p v-if="panel.outside" class="hint">{{ panel.outside }}</p></div>
    </section>`,
}
