import { ref } from '../lib/vue.js'
import { Icon } from './icon.js'

/** The ··· at the top right of a card. */
export const CardMenu = {
  components: { Icon },
  props: { menu: { type: Object, required: true } },
  emits: ['choose'],
  setup: () => ({ open: ref(false) }),
  template: `
    <span class="card-menu" @keydown.esc="open = false" @click.stop>
      <button type="button" class="icon-button" :aria-label="menu.desc || '更多'" :aria-expanded="open" data-testid="card-menu" @click="open = !open"><icon name="more" :size="18" /></button>
      <div v-if="open" class="popover-back" @click="open = false"></div>
      <span v-if="open" class="popover card-menu-list">
        <small v-if="menu.desc">{{ menu.desc }}</small>
        <button v-for="action in menu.action_list" :key="action.key" type="button" :data-testid="'card-menu-' + action.key" @click="open = false; $emit('choose', action.key)">{{ action.text }}</button>
      </span>
    </span>`,
}
