import { computed, inject, onMounted, ref } from '../lib/vue.js'
import { getJson, postJson } from '../lib/api.js'
import { createResource } from '../lib/resource.js'
import { listOf } from '../lib/session.js'
import { say, sayError } from '../lib/toasts.js'
import { Avatar } from './avatar.js'
import { DialogBox } from './dialog-box.js'
import { StateNote } from './state-note.js'
import { byDepartment, roleName } from './who-switcher.js'

/** 扫一扫: the customer scans a guide's code and adds them, by a channel if wanted. */
export const ScanGuide = {
  components: { Avatar, DialogBox, StateNote },
  emits: ['close'],
  setup(props, { emit }) {
    const session = inject('session')
    const guides = createResource(() => getJson('/sandbox/ui/members').then(listOf))
    const half = ref(false)
    const channel = ref('')
    const busy = ref(false)
    onMounted(() => guides.reload())
    const mine = computed(
      () =>
        new Set(
          session.conversations.value
            .filter((one) => one.relation === 'live')
            .map((one) => one.with),
        ),
    )
    const groups = computed(() =>
      byDepartment(
        (guides.data ?? []).filter((one) => !mine.value.has(one.userid)),
        '',
      ),
    )

    return {
      guides,
      groups,
      half,
      channel,
      busy,
      roleName,
      async add(userid) {
        busy.value = true
        try {
          const state = channel.value.trim()
          await postJson('/sandbox/ui/add', {
            externalUserid: session.at.as,
            userid,
            half: half.value,
            ...(state === '' ? {} : { state }),
          })
          say('已添加')
          emit('close')
          await session.openChat(userid)
        } catch (error) {
          sayError(error)
        } finally {
          busy.value = false
        }
      },
    }
  },
  template: `
    <dialog-box title="扫一扫：选一位导购的二维码" :width="400" @close="$emit('close')">
      <label class="check"><input v-model="half" type="checkbox" />对方免验证，还没有确认我</label>
      <input v-model="channel" class="field" maxlength="30" placeholder="渠道码 state（可不填）" aria-label="渠道码" />
      <state-note v-if="guides.status === 'loading'" kind="loading" /><state-note v-else-if="guides.status === 'error'" kind="error" text="导购没有载入" :hint="guides.error" @retry="guides.reset()" />
      <div v-else class="scan-list"><template v-for="group in groups" :key="group.name"><h3 v-if="group.name">{{ group.name }}</h3>
        <div v-for="one in group.members" :key="one.userid" class="scan-row"><avatar :name="one.name" :src="one.avatar || ''" :size="34" /><span>{{ one.name }}<small>{{ roleName(one) }}</small></span><button type="button" class="button" :disabled="busy" :data-testid="'scan-' + one.userid" @click="add(one.userid)">添加</button></div></template>
        <p v-if="groups.length === 0" class="hint">所有导购都已经加过了</p></div>
    </dialog-box>`,
}
