import { computed, inject, ref, watch } from '../lib/vue.js'
import { relationNote, shownName } from '../lib/people.js'
import { Avatar } from './avatar.js'
import { ChatBox } from './chat-box.js'
import { CustomerInfo } from './customer-info.js'
import { Icon } from './icon.js'
import { MessageList } from './message-list.js'

const APP_WORDS = ['任务', '帮助']

/** The third column: the open chat, with the app or with a customer. */
export const ChatPane = {
  components: { Avatar, ChatBox, CustomerInfo, Icon, MessageList },
  setup() {
    const session = inject('session')
    const windows = inject('windows')
    const speaker = ref('guide')
    const isApp = computed(() => session.at.with === 'app')
    const one = computed(() => session.current.value ?? { with: session.at.with })
    const note = computed(() => (isApp.value ? null : relationNote(one.value.relation)))
    const people = computed(() => ({
      app: { name: shownName({ ...one.value, with: 'app' }), avatar: '' },
      guide: { name: session.me.value.name ?? session.at.as, avatar: session.me.value.avatar },
      customer: { name: one.value.name ?? shownName(one.value), avatar: one.value.avatar },
    }))
    watch(
      () => session.at.with,
      () => {
        speaker.value = 'guide'
      },
    )

    function send(content) {
      if (isApp.value) return session.act('app-text', { content })
      return session.act('chat', { with: session.at.with, from: speaker.value, text: content })
    }

    return {
      session,
      at: session.at,
      messages: session.messages,
      appWords: APP_WORDS,
      speaker,
      isApp,
      one,
      note,
      people,
      send,
      shownName,
      placeholder: computed(() => {
        if (isApp.value) return '给导购助手发：任务、客户的名字、帮助'
        return speaker.value === 'guide'
          ? `发给 ${shownName(one.value)}`
          : `以 ${one.value.name ?? '客户'} 的身份回复`
      }),
      press: ({ messageId, key, selected }) =>
        session.act('card-click', {
          messageId,
          key,
          ...(selected === undefined ? {} : { selected }),
        }),
      menu: ({ messageId, key }) => session.act('card-menu', { messageId, key }),
      follow: windows.follow,
      confirmFriend: () =>
        session.act(
          'relation',
          { with: session.at.with, action: 'confirm' },
          { done: '已通过，可以聊天了' },
        ),
      openDesk: () => windows.open('/desk', { title: '我的任务' }),
    }
  },
  template: `
    <section class="chat-pane" :aria-label="'与 ' + shownName(one) + ' 的会话'">
      <header class="chat-head">
        <h1 class="ellipsis">{{ shownName(one) }}</h1><em v-if="!isApp" class="from-wechat">@微信</em>
        <span v-if="!isApp" class="chat-tags"><i v-for="tag in (one.tags || []).slice(0, 3)" :key="tag.id || tag.name">{{ tag.name }}</i></span>
        <span class="grow"></span>
        <a v-if="!isApp" class="head-link" :href="'/wechat?as=' + encodeURIComponent(at.with)" target="_blank" rel="noopener"><icon name="outside" :size="16" />客户的微信</a>
        <button v-if="!isApp" type="button" class="head-link" data-testid="customer-info" :aria-expanded="at.infoOpen" @click="at.infoOpen = !at.infoOpen"><icon name="people" :size="16" />客户资料</button>
      </header>
      <customer-info v-if="!isApp && at.infoOpen" :key="at.with" :one="one" @close="at.infoOpen = false" />
      <p v-if="note" class="chat-note">{{ note.long }}<button v-if="one.relation === 'half'" type="button" class="text-button" data-testid="confirm-friend" @click="confirmFriend">通过验证</button></p>
      <message-list :resource="messages" :chat-key="at.as + '/' + at.with" my-from="guide" :people="people" :empty-text="isApp ? '还没有任务卡片' : '还没有聊过'" @press="press" @menu="menu" @follow="follow">
        <template #empty><p v-if="!note" class="hint">{{ isApp ? '把时间拨到下一个 9:00，今天的任务就会送来。' : '在下面打个招呼，或在右边点「发送」。' }}</p></template>
      </message-list>
      <chat-box :send="send" :chat-key="at.as + '/' + at.with" testid="chat-input" :placeholder="placeholder" :disabled="!isApp && one.relation === 'deleted_by_guide'">
        <template v-if="isApp">
          <button v-for="word in appWords" :key="word" type="button" class="chip" @click="send(word)">{{ word }}</button>
          <button type="button" class="chip" data-testid="app-desk" @click="openDesk">我的任务</button>
        </template>
        <span v-else class="segment" role="group" aria-label="谁在说话">
          <button type="button" :class="{ on: speaker === 'guide' }" :aria-pressed="speaker === 'guide'" data-testid="speak-guide" @click="speaker = 'guide'">我说</button>
          <button type="button" :class="{ on: speaker === 'customer' }" :aria-pressed="speaker === 'customer'" data-testid="speak-customer" @click="speaker = 'customer'">替客户回复</button>
        </span>
      </chat-box>
    </section>`,
}
