import { computed, inject, ref } from '../lib/vue.js'
import { listTime, toMs } from '../lib/business-time.js'
import { inChatOrder, matches, relationNote, shownName } from '../lib/people.js'
import { Avatar } from './avatar.js'
import { Icon } from './icon.js'
import { StateNote } from './state-note.js'

const PAGE = 100

/** The second column: 导购助手 on top, then the customers, newest word first. */
export const ChatList = {
  components: { Avatar, Icon, StateNote },
  setup() {
    const session = inject('session')
    const { now, clock } = inject('clock')
    const word = ref('')
    const limit = ref(PAGE)
    const found = computed(() =>
      inChatOrder(session.conversations.value, toMs).filter((one) =>
        matches(one, word.value.trim()),
      ),
    )
    return {
      session,
      at: session.at,
      state: session.state,
      word,
      found,
      shown: computed(() => found.value.slice(0, limit.value)),
      more: () => {
        limit.value += PAGE
      },
      shownName,
      relationNote,
      time: (one) => (one.lastAt ? listTime(toMs(one.lastAt), now.value, clock.zone) : ''),
    }
  },
  template: `
    <section class="chat-list" aria-label="会话">
      <div class="list-top">
        <label class="search"><icon name="search" :size="16" /><input v-model="word" placeholder="搜索" aria-label="搜索会话" /></label>
        <button type="button" class="icon-button add" title="模拟客户添加我" aria-label="模拟客户添加我" data-testid="new-customer" @click="at.findOpen = true"><icon name="plus" :size="18" /></button>
      </div>
      <state-note v-if="state.status === 'loading'" kind="loading" />
      <state-note v-else-if="state.status === 'error'" kind="error" text="会话没有载入" :hint="state.error" @retry="state.reset()" />
      <ul v-else class="list-scroll">
        <li v-for="one in shown" :key="one.with">
          <button type="button" class="chat-item" :class="{ on: one.with === at.with }" :data-testid="'chat-item-' + one.with" :aria-current="one.with === at.with" @click="session.openChat(one.with)">
            <span class="chat-face"><avatar :name="one.name || shownName(one)" :src="one.avatar || ''" :app="one.with === 'app'" :size="42" />
              <i v-if="one.unread" class="badge" :aria-label="one.unread + ' 条未读'">{{ one.unread > 99 ? '99+' : one.unread }}</i></span>
            <span class="chat-words">
              <span class="chat-line"><b class="ellipsis">{{ shownName(one) }}</b><em v-if="one.with !== 'app'" class="from-wechat">@微信</em><time>{{ time(one) }}</time></span>
              <span class="chat-line"><small class="ellipsis">{{ one.last || (one.with === 'app' ? '每天 9:00 送来今天的任务' : '还没有聊过') }}</small><small v-if="relationNote(one.relation)" class="gone">{{ relationNote(one.relation).short }}</small></span>
            </span>
          </button>
        </li>
        <li v-if="found.length > shown.length"><button type="button" class="list-more" @click="more">再显示 {{ found.length - shown.length }} 位</button></li>
        <li v-if="found.length === 0" class="hint">没有找到「{{ word }}」</li>
      </ul>
    </section>`,
}
