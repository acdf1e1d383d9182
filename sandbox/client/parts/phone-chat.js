import { computed, inject, ref } from '../lib/vue.js'
import { plainText } from '../lib/rich-text.js'
import { say } from '../lib/toasts.js'
import { ChatBox } from './chat-box.js'
import { confirmWith } from './confirm-box.js'
import { Icon } from './icon.js'
import { MessageList } from './message-list.js'

const NOTES = {
  half: '已发送添加请求，等对方通过。',
  deleted_by_customer: '你已删除这位导购，收不到对方的消息。',
  deleted_by_guide: '对方已不是你的联系人，消息会被拒收。',
}

/** One chat on the customer's phone: what the guide wrote, answering, deleting the guide. */
export const PhoneChat = {
  components: { ChatBox, Icon, MessageList },
  setup() {
    const session = inject('session')
    const menu = ref(false)
    const one = computed(() => session.current.value ?? { with: session.at.with, name: '' })
    return {
      session,
      at: session.at,
      messages: session.messages,
      menu,
      one,
      note: computed(() => NOTES[one.value.relation] ?? ''),
      deleted: computed(() => one.value.relation === 'deleted_by_customer'),
      people: computed(() => ({
        guide: { name: one.value.name, avatar: one.value.avatar },
        customer: { name: session.me.value.name ?? '', avatar: session.me.value.avatar },
      })),
      send: (text) => session.act('chat', { with: session.at.with, from: 'customer', text }),
      back: () => session.openChat(''),
      again: () =>
        session.act(
          'add',
          { externalUserid: session.at.as, userid: session.at.with },
          { done: '已重新添加' },
        ),
      openLink: (address) => say(`客户打开了：${plainText(address)}`),
      async remove() {
        menu.value = false
        const sure = await confirmWith({
          question: `删除导购「${one.value.name}」？`,
          detail: '删除后不再收到对方的消息，对方不会看到提醒。',
          yes: '删除',
          danger: true,
        })
        if (!sure) return
        await session.act(
          'relation',
          { with: session.at.with, action: 'delete_by_customer' },
          { done: '已删除' },
        )
      },
    }
  },
  template: `
    <header class="phone-head"><button type="button" class="icon-button" aria-label="返回" data-testid="wechat-back" @click="back"><icon name="left" /></button>
      <h1 class="ellipsis">{{ one.name }}<em class="from-company">@{{ one.department || '企业微信' }}</em></h1>
      <span class="card-menu" @keydown.esc="menu = false"><button type="button" class="icon-button" aria-label="更多" :data-testid="'wechat-more-' + at.with" :aria-expanded="menu" @click="menu = !menu"><icon name="more" /></button>
        <div v-if="menu" class="popover-back" @click="menu = false"></div>
        <span v-if="menu" class="popover card-menu-list"><a :href="'/client?as=' + encodeURIComponent(at.with)" target="_blank" rel="noopener">看导购的企业微信</a><button v-if="!deleted" type="button" class="danger" :data-testid="'wechat-delete-' + at.with" @click="remove">删除导购</button></span></span></header>
    <p v-if="note" class="chat-note">{{ note }}<button v-if="deleted" type="button" class="text-button" data-testid="wechat-again" @click="again">重新添加</button></p>
    <message-list :resource="messages" :chat-key="at.as + '/' + at.with" my-from="customer" :people="people" empty-text="还没有消息" @follow="openLink" />
    <chat-box :send="send" :chat-key="at.as + '/' + at.with" testid="wechat-input" placeholder="" :disabled="deleted" />`,
}
