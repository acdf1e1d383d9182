import { computed, inject, ref } from '../lib/vue.js'
import { Avatar } from './avatar.js'

/** What they are in the company: 导购, 店长 …; 成员 when WeCom knows no position. */
export function roleName(member) {
  return member.position || '成员'
}

/** Who I am: my face in the rail, and everybody of the company to change places with. */
export const WhoSwitcher = {
  components: { Avatar },
  setup() {
    const session = inject('session')
    const open = ref(false)
    const word = ref('')
    const groups = computed(() => byDepartment(session.members.data ?? [], word.value.trim()))
    return {
      session,
      me: session.me,
      open,
      word,
      groups,
      roleName,
      choose(userid) {
        open.value = false
        word.value = ''
        if (userid !== session.at.as) session.change(userid)
      },
    }
  },
  template: `
    <div class="who" @keydown.esc="open = false">
      <button type="button" class="who-me" data-testid="who-switcher" :aria-expanded="open" aria-label="切换我是谁" @click="open = !open">
        <avatar :name="me.name || me.userid" :src="me.avatar" :size="40" />
      </button>
      <div v-if="open" class="popover-back" @click="open = false"></div>
      <section v-if="open" class="popover who-list" aria-label="我是谁">
        <header><b>{{ me.name || me.userid }}</b><small>{{ roleName(me) }}{{ me.department ? ' · ' + me.department : '' }}</small></header>
        <input v-model="word" class="field" placeholder="找一位同事" aria-label="找一位同事" />
        <div class="who-scroll">
          <p v-if="session.members.status === 'error'" class="hint">名单没有载入：{{ session.members.error }}</p>
          <template v-for="group in groups" :key="group.name">
            <h3 v-if="group.name">{{ group.name }}</h3>
            <button v-for="member in group.members" :key="member.userid" type="button" class="who-item" :class="{ on: member.userid === session.at.as }" :data-testid="'who-' + member.userid" @click="choose(member.userid)">
              <avatar :name="member.name" :src="member.avatar" :size="32" />
              <span>{{ member.name }}</span><small>{{ roleName(member) }}</small>
            </button>
          </template>
          <p v-if="session.members.data && groups.length === 0" class="hint">没有这位同事</p>
        </div>
      </section>
    </div>`,
}

/** Colleagues by department, in the order they come; `word` filters by name, userid or department. */
export function byDepartment(members, word) {
  const groups = new Map()
  for (const member of members) {
    const department = member.department ?? ''
    if (word !== '' && !`${member.name} ${member.userid} ${department}`.includes(word)) continue
    if (!groups.has(department)) groups.set(department, { name: department, members: [] })
    groups.get(department).members.push(member)
  }
  return [...groups.values()]
}
