import { inject } from '../lib/vue.js'
import { Avatar } from './avatar.js'
import { StateNote } from './state-note.js'
import { byDepartment, roleName } from './who-switcher.js'

/** The first question of a visit without `?as=`: who are you? */
export const WhoFirst = {
  components: { Avatar, StateNote },
  setup: () => ({ session: inject('session'), byDepartment, roleName }),
  template: `
    <main class="who-first"><h1>你是谁？</h1><p v-if="session.at.as" class="who-unknown" role="alert">沙盒里没有员工「{{ session.at.as }}」。</p><p class="hint">选一位员工，看看他的企业微信。随时可以点左上角的头像换人。</p>
      <state-note v-if="session.members.status === 'loading'" kind="loading" />
      <state-note v-else-if="session.members.status === 'error'" kind="error" text="名单没有载入" :hint="session.members.error" @retry="session.members.reset()" />
      <state-note v-else-if="!session.members.data.length" kind="empty" text="沙盒里还没有员工" />
      <template v-else><section v-for="group in byDepartment(session.members.data, '')" :key="group.name"><h2>{{ group.name }}</h2><div class="who-grid">
        <button v-for="member in group.members" :key="member.userid" type="button" class="who-card" :data-testid="'who-' + member.userid" @click="session.change(member.userid)"><avatar :name="member.name" :src="member.avatar" :size="44" /><span><b>{{ member.name }}</b><small>{{ roleName(member) }}</small></span></button></div></section></template>
    </main>`,
}
