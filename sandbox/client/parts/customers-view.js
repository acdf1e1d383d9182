import { computed, inject, ref } from '../lib/vue.js'
import { matches, relationNote, shownName } from '../lib/people.js'
import { Avatar } from './avatar.js'
import { Icon } from './icon.js'
import { StateNote } from './state-note.js'

const PAGE = 60

/** 客户: everyone who is this guide's contact, with tags; a tap opens the chat. */
export const CustomersView = {
  components: { Avatar, Icon, StateNote },
  setup() {
    const session = inject('session')
    const word = ref('')
    const limit = ref(PAGE)
    const all = computed(() => session.conversations.value.filter((one) => one.with !== 'app'))
    const found = computed(() =>
      all.value
        .filter((one) => matches(one, word.value.trim()))
        .sort((a, b) => shownName(a).localeCompare(shownName(b), 'zh-CN')),
    )
    return {
      session,
      at: session.at,
      state: session.state,
      word,
      all,
      found,
      shown: computed(() => found.value.slice(0, limit.value)),
      more: () => {
        limit.value += PAGE
      },
      shownName,
      relationNote,
    }
  },
  template: `
    <section class="customers" aria-label="我的客户">
      <header class="page-head"><h1>我的客户 <small>{{ all.length }} 位</small></h1>
        <label class="search"><icon name="search" :size="16" /><input v-model="word" placeholder="名字、备注或标签" aria-label="找客户" /></label>
        <button type="button" class="button primary" @click="at.findOpen = true">模拟客户添加我</button></header>
      <state-note v-if="state.status === 'loading'" kind="loading" />
      <state-note v-else-if="state.status === 'error'" kind="error" text="客户没有载入" :hint="state.error" @retry="state.reset()" />
      <state-note v-else-if="found.length === 0" kind="empty" :text="word ? '没有找到「' + word + '」' : '还没有客户'" :hint="word ? '' : '点右上角，让一位客户扫你的二维码。'" />
      <ul v-else class="customer-grid">
        <li v-for="one in shown" :key="one.with"><button type="button" class="customer" :data-testid="'customer-' + one.with" @click="session.openChat(one.with)">
          <avatar :name="one.name || shownName(one)" :src="one.avatar || ''" :size="40" />
          <span class="customer-words"><span><b class="ellipsis">{{ shownName(one) }}</b><em class="from-wechat">@微信</em><small v-if="relationNote(one.relation)" class="gone">{{ relationNote(one.relation).short }}</small></span>
            <span class="chat-tags"><i v-for="tag in (one.tags || []).slice(0, 4)" :key="tag.id || tag.name">{{ tag.name }}</i><small v-if="!one.tags?.length">没有标签</small></span></span>
        </button></li>
        <li v-if="found.length > shown.length" class="customer-more"><button type="button" class="list-more" @click="more">再显示 {{ found.length - shown.length }} 位</button></li>
      </ul>
    </section>`,
}
