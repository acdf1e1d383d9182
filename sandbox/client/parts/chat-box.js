import { ref, watch } from '../lib/vue.js'

/** What was typed and not sent, by chat: another chat must not get it, and coming back finds it. */
const drafts = new Map()

/** Where one writes: Enter sends, Shift+Enter is a new line, nothing is sent while an IME composes. */
export const ChatBox = {
  props: {
    send: { type: Function, required: true },
    placeholder: { type: String, default: '' },
    disabled: { type: Boolean, default: false },
    chatKey: { type: String, required: true },
    testid: { type: String, required: true },
    maxLength: { type: Number, default: 2000 },
  },
  setup(props) {
    const text = ref('')
    const busy = ref(false)
    const field = ref(null)

    watch(
      () => props.chatKey,
      (now, before) => {
        drafts.set(before, text.value)
        text.value = drafts.get(now) ?? ''
      },
    )

    async function submit() {
      const content = text.value.trim()
      if (content === '' || busy.value || props.disabled) return
      busy.value = true
      const { chatKey } = props
      const sent = await props.send(content)
      busy.value = false
      if (sent !== null && props.chatKey === chatKey) text.value = ''
      if (sent !== null) drafts.delete(chatKey)
      field.value?.focus()
    }

    return {
      text,
      busy,
      field,
      submit,
      key(event) {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
        event.preventDefault()
        void submit()
      },
    }
  },
  template: `
    <form class="chat-box" @submit.prevent="submit">
      <div class="chat-tools"><slot /></div>
      <textarea ref="field" v-model="text" :data-testid="testid" :placeholder="placeholder" :disabled="disabled" :maxlength="maxLength" aria-label="输入消息" rows="3" @keydown="key"></textarea>
      <div class="chat-send"><small>Enter 发送，Shift+Enter 换行</small><button type="submit" class="button primary" :disabled="disabled || busy || text.trim() === ''">{{ busy ? '发送中…' : '发送' }}</button></div>
    </form>`,
}
