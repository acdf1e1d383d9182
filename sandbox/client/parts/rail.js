import { computed, inject } from '../lib/vue.js'
import { Icon } from './icon.js'
import { WhoSwitcher } from './who-switcher.js'

/** WeCom's dark edge: me, 消息, 客户, 工作台, and the assistant's window when it is put aside. */
export const Rail = {
  components: { Icon, WhoSwitcher },
  setup() {
    const session = inject('session')
    const windows = inject('windows')
    const unread = computed(() =>
      session.conversations.value.reduce((sum, one) => sum + (one.unread ?? 0), 0),
    )
    const items = computed(() => [
      { view: 'chats', name: '消息', icon: 'chat', badge: unread.value },
      { view: 'customers', name: '客户', icon: 'people', badge: 0 },
      { view: 'workbench', name: '工作台', icon: 'bench', badge: 0 },
    ])
    return { at: session.at, windows, panel: windows.panel, items }
  },
  template: `
    <nav class="rail" aria-label="企业微信">
      <who-switcher />
      <button v-for="item in items" :key="item.view" type="button" class="rail-item" :class="{ on: at.view === item.view }" :data-testid="'rail-' + item.view" :aria-current="at.view === item.view ? 'page' : undefined" @click="at.view = item.view">
        <icon :name="item.icon" :size="24" />{{ item.name }}
        <i v-if="item.badge" class="badge">{{ item.badge > 99 ? '99+' : item.badge }}</i>
      </button>
      <button v-if="panel.open && panel.minimised" type="button" class="rail-item rail-window" data-testid="panel-restore" @click="windows.restore">
        <icon name="task" :size="24" />{{ panel.title.slice(0, 4) }}
      </button>
    </nav>`,
}
