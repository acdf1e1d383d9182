import { nextTick } from '../lib/vue.js'
import { Icon } from './icon.js'

/** A modal box: Escape and the backdrop close it, the first field gets the focus. */
export const DialogBox = {
  components: { Icon },
  props: { title: { type: String, required: true }, width: { type: Number, default: 420 } },
  emits: ['close'],
  mounted() {
    nextTick(() => this.$refs.box?.querySelector('[autofocus], input, textarea')?.focus())
  },
  template: `
    <div class="dialog-back" @mousedown.self="$emit('close')" @keydown.esc.stop="$emit('close')">
      <section ref="box" class="dialog" role="dialog" aria-modal="true" :aria-label="title" :style="{ width: width + 'px' }">
        <header><h2>{{ title }}</h2>
          <button type="button" class="icon-button" aria-label="关闭" @click="$emit('close')"><icon name="close" /></button>
        </header>
        <slot />
      </section>
    </div>`,
}
