import { computed, inject, onMounted, ref } from '../lib/vue.js'
import { getJson } from '../lib/api.js'
import { listOf } from '../lib/session.js'
import { createResource } from '../lib/resource.js'
import { Avatar } from './avatar.js'
import { DialogBox } from './dialog-box.js'
import { StateNote } from './state-note.js'

const SHOWN = 30

/** 「模拟客户添加我」: a stranger with a new name, or somebody who exists and scans my code. */
export const FindCustomer = {
  components: { Avatar, DialogBox, StateNote },
  emits: ['close'],
  setup(props, { emit }) {
    const session = inject('session')
    const tab = ref('new')
    const name = ref('')
    const half = ref(false)
    const word = ref('')
    const busy = ref(false)
    const customers = createResource(() => getJson('/sandbox/ui/customers').then(listOf))
    onMounted(() => customers.reload())
    const mine = computed(
      () =>
        new Set(
          session.conversations.value
            .filter((one) => one.relation === 'live')
            .map((one) => one.with),
        ),
    )
    const found = computed(() =>
      (customers.data ?? [])
        .filter(
          (one) => !mine.value.has(one.externalUserid) && one.name.includes(word.value.trim()),
        )
        .slice(0, SHOWN),
    )

    async function finish(path, body) {
      if (busy.value) return
      busy.value = true
      const answer = await session.act(
        path,
        { userid: session.at.as, half: half.value, ...body },
        { done: '客户已添加你' },
      )
      busy.value = false
      if (answer === null) return
      emit('close')
      const id = answer.externalUserid ?? body.externalUserid
      if (id !== undefined) await session.openChat(id)
    }

    return {
      tab,
      name,
      half,
      word,
      busy,
      customers,
      found,
      create: () => name.value.trim() !== '' && finish('new-customer', { name: name.value.trim() }),
      add: (externalUserid) => finish('add', { externalUserid }),
    }
  },
  template: `
    <dialog-box title="模拟客户添加我" @close="$emit('close')">
      <div class="segment wide" role="group"><button type="button" :class="{ on: tab === 'new' }" @click="tab = 'new'">一位新客户</button><button type="button" :class="{ on: tab === 'known' }" data-testid="find-known" @click="tab = 'known'">一位老会员</button></div>
      <label class="check"><input v-model="half" type="checkbox" data-testid="find-half" />对方免验证加我，我还没有确认</label>
      <form v-if="tab === 'new'" class="find-form" @submit.prevent="create"><input v-model="name" class="field" autofocus maxlength="20" placeholder="客户的微信名，例如 林小满" data-testid="new-customer-name" /><button type="submit" class="button primary" :disabled="busy || name.trim() === ''" data-testid="new-customer-add">{{ busy ? '正在添加…' : '添加我' }}</button></form>
      <div v-else class="find-known"><input v-model="word" class="field" placeholder="在所有会员里找" aria-label="找会员" />
        <state-note v-if="customers.status === 'loading'" kind="loading" /><state-note v-else-if="customers.status === 'error'" kind="error" text="会员没有载入" :hint="customers.error" @retry="customers.reset()" />
        <ul v-else class="find-list"><li v-for="one in found" :key="one.externalUserid"><avatar :name="one.name" :src="one.avatar || ''" :size="32" /><span class="ellipsis">{{ one.name }}</span><button type="button" class="button" :disabled="busy" :data-testid="'find-add-' + one.externalUserid" @click="add(one.externalUserid)">添加我</button></li><li v-if="found.length === 0" class="hint">没有找到</li></ul></div>
    </dialog-box>`,
}
