import { computed, inject } from '../lib/vue.js'
import { listTime, toMs } from '../lib/business-time.js'
import { Avatar } from './avatar.js'
import { Icon } from './icon.js'
import { StateNote } from './state-note.js'

/** The customer's first screen: the guides they have, newest word first. */
export const PhoneChats = {
  components: { Avatar, Icon, StateNote },
  setup() {
    const session = inject('session')
    const { now, clock } = inject('clock')
    return {
      session,
      at: session.at,
      state: session.state,
      guides: computed(() => session.conversations.value),
      time: (one) => (one.lastAt ? listTime(toMs(one.lastAt), now.value, clock.zone) : ''),
    }
  },
  template: `
    <header class="phone-head"><span></span><h1>微信</h1><button type="button" class="icon-button" aria-label="扫一扫，添加导购" data-testid="wechat-scan" @click="at.findOpen = true"><icon name="plus" /></button></header>
    <state-note v-if="state.status === 'loading'" kind="loading" />
    <state-note v-else-if="state.status === 'error'" kind="error" text="会话没有载入" :hint="state.error" @retry="state.reset()" />
    <state-note v-else-if="guides.length === 0" kind="empty" text="还没有导购"><button type="button" class="button primary green" @click="at.findOpen = true">扫一扫，添加导购</button></state-note>
    <ul v-else class="phone-list">
      <li v-for="one in guides" :key="one.with"><button type="button" class="phone-item" :class="{ faded: one.relation === 'deleted_by_customer' }" :data-testid="'wechat-chat-' + one.with" @click="session.openChat(one.with)">
        <span class="chat-face"><avatar :name="one.name" :src="one.avatar || ''" :size="46" /><i v-if="one.unread" class="badge">{{ one.unread }}</i></span>
        <span class="phone-words"><span><b class="ellipsis">{{ one.name }}</b><em class="from-company">@{{ one.department || '企业微信' }}</em><time>{{ time(one) }}</time></span>
          <small class="ellipsis">{{ one.relation === 'deleted_by_customer' ? '你已删除这位导购' : one.last || '还没有聊过' }}</small></span>
      </button></li>
    </ul>`,
}
