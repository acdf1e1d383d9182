import { CardChoices } from './card-choices.js'
import { CardMenu } from './card-menu.js'
import { Icon } from './icon.js'

const SOURCE_COLOURS = ['source-grey', 'source-black', 'source-red', 'source-green']

/** A template card as WeCom draws it (wecom-protocol 3.1); says what was tapped, decides nothing. */
export const TemplateCard = {
  components: { CardChoices, CardMenu, Icon },
  props: {
    card: { type: Object, required: true },
    pendingKey: { type: String, default: '' },
  },
  emits: ['press', 'menu', 'follow'],
  computed: {
    sourceClass() {
      return SOURCE_COLOURS[this.card.source?.desc_color ?? 0]
    },
    buttons() {
      return this.card.button_list ?? []
    },
    /** Where a tap on the card itself leads; '' when it leads nowhere. */
    target() {
      return this.card.card_action?.type === 1 ? (this.card.card_action.url ?? '') : ''
    },
    jumps() {
      return (this.card.jump_list ?? []).map((jump) => ({
        ...jump,
        href: jump.type === 1 ? (jump.url ?? '') : '',
      }))
    },
    ownIcon() {
      return this.card.source?.icon_url?.startsWith('/') ? this.card.source.icon_url : ''
    },
  },
  methods: {
    tapCard() {
      if (this.target !== '' && globalThis.getSelection()?.toString() === '') {
        this.$emit('follow', this.target)
      }
    },
    tapButton(button) {
      if (button.type === 1) this.$emit('follow', button.url ?? '')
      else this.$emit('press', { key: button.key, selected: this.$refs.choices?.selected() })
    },
  },
  template: `
    <article class="card" :class="{ 'card-link': target }" :tabindex="target ? 0 : undefined" :role="target ? 'link' : undefined" @click="tapCard" @keydown.enter.self="tapCard">
      <header v-if="card.source?.desc || card.action_menu" class="card-source" :class="sourceClass">
        <img v-if="ownIcon" :src="ownIcon" alt="" /><i v-else class="card-source-mark" aria-hidden="true"></i>
        <span class="ellipsis">{{ card.source?.desc }}</span>
        <card-menu v-if="card.action_menu" :menu="card.action_menu" @choose="$emit('menu', $event)" />
      </header>
      <div v-if="card.main_title" class="card-main">
        <h4 v-if="card.main_title.title">{{ card.main_title.title }}</h4>
        <p v-if="card.main_title.desc">{{ card.main_title.desc }}</p>
      </div>
      <div v-if="card.card_image" class="card-image" aria-hidden="true"><icon name="bench" :size="32" /></div>
      <div v-if="card.emphasis_content" class="card-emphasis"><b>{{ card.emphasis_content.title }}</b><small>{{ card.emphasis_content.desc }}</small></div>
      <div v-if="card.quote_area" class="card-quote" @click.stop="card.quote_area.url && $emit('follow', card.quote_area.url)"><b v-if="card.quote_area.title">{{ card.quote_area.title }}</b><p>{{ card.quote_area.quote_text }}</p></div>
      <p v-if="card.sub_title_text" class="card-sub">{{ card.sub_title_text }}</p>
      <div v-for="(row, index) in card.vertical_content_list ?? []" :key="'v' + index" class="card-vertical"><b>{{ row.title }}</b><p>{{ row.desc }}</p></div>
      <dl v-if="card.horizontal_content_list?.length" class="card-fields">
        <div v-for="(row, index) in card.horizontal_content_list" :key="index"><dt>{{ row.keyname }}</dt>
          <dd><a v-if="row.type === 1 && row.url" href="#" @click.prevent.stop="$emit('follow', row.url)">{{ row.value || '查看' }}</a><template v-else>{{ row.value || row.userid }}</template></dd></div>
      </dl>
      <card-choices v-if="card.button_selection || card.checkbox || card.select_list" ref="choices" :card="card" />
      <ul v-if="jumps.length" class="card-jumps">
        <li v-for="(jump, index) in jumps" :key="index">
          <button v-if="jump.href" type="button" :data-testid="'card-jump-' + index" @click.stop="$emit('follow', jump.href)">{{ jump.title }}<icon name="right" :size="16" /></button>
          <span v-else>{{ jump.title }}</span>
        </li>
      </ul>
      <div v-if="card.replace_text" class="card-buttons"><button type="button" class="card-button" disabled data-testid="card-replaced">{{ card.replace_text }}</button></div>
      <div v-else-if="buttons.length" class="card-buttons" :class="{ 'card-buttons-row': buttons.length === 2 || buttons.length === 4 }">
        <button v-for="(button, index) in buttons" :key="button.key || index" type="button" class="card-button" :class="'style-' + (button.style || 1)" :disabled="pendingKey !== '' || button.disabled || button.replaced" :data-testid="'card-button-' + (button.key || 'url-' + index)" @click.stop="tapButton(button)">
          <i v-if="pendingKey !== '' && pendingKey === button.key" class="spinner small" aria-label="正在提交"></i>{{ button.text }}
        </button>
      </div>
      <div v-else-if="card.submit_button" class="card-buttons"><button type="button" class="card-button style-1" :disabled="pendingKey !== ''" :data-testid="'card-button-' + card.submit_button.key" @click.stop="tapButton({ key: card.submit_button.key })">{{ card.submit_button.text }}</button></div>
    </article>`,
}
