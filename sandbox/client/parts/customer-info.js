import { computed, inject, ref } from '../lib/vue.js'
import { fullTime, toMs } from '../lib/business-time.js'
import { Avatar } from './avatar.js'
import { confirmWith } from './confirm-box.js'
import { TagEditor } from './tag-editor.js'

/** The customer's card under the chat's head: remark, tags, when added, deleting. */
export const CustomerInfo = {
  components: { Avatar, TagEditor },
  props: { one: { type: Object, required: true } },
  emits: ['close'],
  setup(props, { emit }) {
    const session = inject('session')
    const { clock } = inject('clock')
    const remark = ref(props.one.remark ?? '')

    return {
      remark,
      added: computed(() => {
        const at = props.one.addedAt
        return at ? fullTime(toMs(at), clock.zone) : ''
      }),
      saveRemark() {
        const wanted = remark.value.trim()
        if (wanted === (props.one.remark ?? '')) return
        void session.act('remark', { with: props.one.with, remark: wanted }, { done: '备注已改' })
      },
      async remove() {
        const sure = await confirmWith({
          question: `删除客户「${props.one.remark || props.one.name}」？`,
          detail: '删除后对方不再是你的客户，聊天记录仍在。',
          yes: '删除',
          danger: true,
        })
        if (!sure) return
        await session.act(
          'relation',
          { with: props.one.with, action: 'delete_by_guide' },
          { done: '客户已删除' },
        )
        emit('close')
      },
    }
  },
  template: `
    <div class="popover-back" @click="$emit('close')"></div>
    <aside class="popover info" aria-label="客户资料" @keydown.esc="$emit('close')">
      <header><avatar :name="one.name" :src="one.avatar || ''" :size="48" /><div><b>{{ one.name }}</b><em class="from-wechat">@微信</em><small v-if="added">{{ added }} 添加</small></div></header>
      <label class="info-row"><span>备注</span><input v-model="remark" class="field" maxlength="20" placeholder="给客户起个好认的名字" data-testid="remark-input" @keydown.enter="saveRemark" @blur="saveRemark" /></label>
      <div class="info-row"><span>标签</span><tag-editor :one="one" /></div>
      <footer><button v-if="one.relation !== 'deleted_by_guide'" type="button" class="text-button danger" data-testid="delete-customer" @click="remove">删除客户</button><span v-else class="hint">已删除</span></footer>
    </aside>`,
}
