import { reactive } from '../lib/vue.js'

/** The choices a card asks for: a drop-down over its buttons, several drop-downs, or boxes to tick. */
export const CardChoices = {
  props: { card: { type: Object, required: true } },
  setup(props, { expose }) {
    const picked = reactive({})
    for (const list of selectsOf(props.card)) {
      picked[list.question_key] = [list.selected_id ?? list.option_list?.[0]?.id].filter(Boolean)
    }
    const { checkbox } = props.card
    if (checkbox) {
      picked[checkbox.question_key] = checkbox.option_list
        .filter((option) => option.is_checked)
        .map((option) => option.id)
    }

    function toggle(id) {
      const key = checkbox.question_key
      const has = picked[key].includes(id)
      if (checkbox.mode !== 1) picked[key] = [id]
      else picked[key] = has ? picked[key].filter((one) => one !== id) : [...picked[key], id]
    }

    /** What goes into the event's SelectedItems. */
    function selected() {
      return Object.entries(picked).map(([questionKey, optionIds]) => ({ questionKey, optionIds }))
    }

    expose({ selected })
    return { picked, toggle, selects: selectsOf(props.card), checkbox }
  },
  template: `
    <div class="card-choices" @click.stop>
      <label v-for="list in selects" :key="list.question_key"><span>{{ list.title }}</span>
        <select :disabled="list.disable" :value="picked[list.question_key][0]" :data-testid="'card-select-' + list.question_key" @change="picked[list.question_key] = [$event.target.value]">
          <option v-for="option in list.option_list" :key="option.id" :value="option.id">{{ option.text }}</option>
        </select></label>
      <template v-if="checkbox">
        <label v-for="option in checkbox.option_list" :key="option.id" class="card-tick"><input :type="checkbox.mode === 1 ? 'checkbox' : 'radio'" :checked="picked[checkbox.question_key].includes(option.id)" :disabled="checkbox.disable" @change="toggle(option.id)" />{{ option.text }}</label>
      </template>
    </div>`,
}

function selectsOf(card) {
  return [...(card.button_selection ? [card.button_selection] : []), ...(card.select_list ?? [])]
}
