import { computed, inject, ref } from '../lib/vue.js'

/** The guide's tags on this customer: tap to set or take off, search among the company's. */
export const TagEditor = {
  props: { one: { type: Object, required: true } },
  setup(props) {
    const session = inject('session')
    const word = ref('')
    const busy = ref('')
    const mine = computed(() => new Set((props.one.tags ?? []).map((tag) => tag.id)))
    const groups = computed(() => matching(session.state.data?.tagGroups ?? [], word.value.trim()))

    return {
      word,
      busy,
      mine,
      groups,
      async toggle(tag) {
        busy.value = tag.id
        const has = mine.value.has(tag.id)
        await session.act('tags', {
          with: props.one.with,
          add: has ? [] : [tag.id],
          remove: has ? [tag.id] : [],
        })
        busy.value = ''
      },
    }
  },
  template: `
    <div class="tag-editor" data-testid="tag-editor">
      <input v-model="word" class="field" placeholder="找标签" aria-label="找标签" />
      <div class="tag-scroll">
        <div v-for="group in groups" :key="group.name" class="tag-group"><small v-if="group.name">{{ group.name }}</small>
          <button v-for="tag in group.tags" :key="tag.id" type="button" class="tag" :class="{ on: mine.has(tag.id) }" :aria-pressed="mine.has(tag.id)" :disabled="busy === tag.id" :data-testid="'tag-' + tag.id" @click="toggle(tag)">{{ tag.name }}</button>
        </div>
        <p v-if="groups.length === 0" class="hint">{{ word ? '没有这个标签' : '企业还没有建标签' }}</p>
      </div>
    </div>`,
}

/** The groups with the tags whose name holds `word`; groups left empty are gone. */
export function matching(groups, word) {
  return groups
    .map((group) => ({ ...group, tags: group.tags.filter((tag) => tag.name.includes(word)) }))
    .filter((group) => group.tags.length > 0)
}
