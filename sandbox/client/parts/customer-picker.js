import { computed, inject, ref } from '../lib/vue.js'
import { Avatar } from './avatar.js'
import { Icon } from './icon.js'
import { StateNote } from './state-note.js'

const SHOWN = 60

/** Which customer I am: everybody, found by name or by one of their guides. */
export const CustomerPicker = {
  components: { Avatar, Icon, StateNote },
  setup() {
    const session = inject('session')
    const word = ref('')
    const found = computed(() => {
      const wanted = word.value.trim()
      return (session.members.data ?? []).filter(
        (one) => wanted === '' || wordsOf(one).includes(wanted),
      )
    })
    return {
      session,
      at: session.at,
      people: session.members,
      word,
      found,
      shown: computed(() => found.value.slice(0, SHOWN)),
      guidesOf,
    }
  },
  template: `
    <aside class="picker" aria-label="我是哪位客户"><h2>我是哪位客户</h2>
      <label class="search"><icon name="search" :size="16" /><input v-model="word" placeholder="客户或导购的名字" aria-label="找客户" data-testid="who-switcher" /></label>
      <state-note v-if="people.status === 'loading'" kind="loading" /><state-note v-else-if="people.status === 'error'" kind="error" text="客户没有载入" :hint="people.error" @retry="people.reset()" />
      <ul v-else class="picker-list"><li v-for="one in shown" :key="one.externalUserid"><button type="button" class="who-item" :class="{ on: one.externalUserid === at.as }" :data-testid="'who-' + one.externalUserid" @click="session.change(one.externalUserid)"><avatar :name="one.name" :src="one.avatar || ''" :size="34" /><span class="ellipsis">{{ one.name }}<small>{{ guidesOf(one) || '还没有导购' }}</small></span></button></li>
        <li v-if="found.length > shown.length" class="hint">还有 {{ found.length - shown.length }} 位，打名字找</li><li v-if="found.length === 0" class="hint">没有找到「{{ word }}」</li></ul>
    </aside>`,
}

function guidesOf(customer) {
  return (customer.members ?? [])
    .filter((member) => member.relation !== 'deleted_by_guide')
    .map((member) => member.name)
    .join('、')
}

function wordsOf(customer) {
  return `${customer.name} ${customer.externalUserid} ${guidesOf(customer)}`
}
