import { Icon } from './icon.js'

/** The designed in-between states: loading, failed (with retry), empty. */
export const StateNote = {
  components: { Icon },
  props: {
    kind: { type: String, required: true },
    text: { type: String, default: '' },
    hint: { type: String, default: '' },
  },
  emits: ['retry'],
  template: `
    <div class="state-note" :class="'state-' + kind" :role="kind === 'error' ? 'alert' : 'status'">
      <span v-if="kind === 'loading'" class="spinner" aria-hidden="true"></span>
      <icon v-else-if="kind === 'error'" name="alert" :size="28" />
      <p>{{ text || (kind === 'loading' ? '正在载入…' : '') }}</p>
      <p v-if="hint" class="hint">{{ hint }}</p>
      <button v-if="kind === 'error'" type="button" class="button" @click="$emit('retry')">再试一次</button>
      <slot />
    </div>`,
}
