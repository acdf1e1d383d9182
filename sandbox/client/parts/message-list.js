import { computed, inject, nextTick, onBeforeUnmount, ref, watch } from '../lib/vue.js'
import { chatTime, toMs } from '../lib/business-time.js'
import { MessageRow } from './message-row.js'
import { StateNote } from './state-note.js'

const GAP_MS = 300_000
const PAGE = 80
const NEAR_END_PX = 160

/** The messages of one chat, newest at the bottom; stays at the end unless the reader scrolled up. */
export const MessageList = {
  components: { MessageRow, StateNote },
  props: {
    resource: { type: Object, required: true },
    chatKey: { type: String, required: true },
    myFrom: { type: String, required: true },
    people: { type: Object, required: true },
    emptyText: { type: String, default: '还没有消息' },
  },
  emits: ['press', 'menu', 'follow'],
  setup(props) {
    const { now, clock } = inject('clock')
    const box = ref(null)
    const limit = ref(PAGE)
    const fresh = ref(0)
    let atEnd = true
    let known = 0
    const items = computed(() => props.resource.data ?? [])
    const rows = computed(() => withTimes(items.value.slice(-limit.value), now.value, clock.zone))

    async function toEnd() {
      await nextTick()
      if (box.value !== null) box.value.scrollTop = box.value.scrollHeight
      fresh.value = 0
      atEnd = true
    }

    watch(
      () => props.chatKey,
      () => {
        limit.value = PAGE
        known = 0
        atEnd = true
      },
    )
    watch(items, (list) => {
      if (list.length > known && !atEnd) fresh.value += list.length - known
      known = list.length
      if (atEnd) void toEnd()
    })

    // a smaller window, or a banner that opens, must not hide the newest words
    const resized = new ResizeObserver(() => {
      if (atEnd) void toEnd()
    })
    watch(box, (now, before) => {
      if (before) resized.unobserve(before)
      if (now) resized.observe(now)
    })
    onBeforeUnmount(() => resized.disconnect())

    return {
      box,
      rows,
      items,
      limit,
      fresh,
      toEnd,
      older: () => {
        limit.value += PAGE
      },
      scrolled() {
        const { scrollTop, scrollHeight, clientHeight } = box.value
        atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX
        if (atEnd) fresh.value = 0
      },
    }
  },
  template: `
    <div class="messages-wrap">
      <state-note v-if="resource.status === 'loading'" kind="loading" />
      <state-note v-else-if="resource.status === 'error'" kind="error" text="消息没有载入" :hint="resource.error" @retry="resource.reset()" />
      <state-note v-else-if="items.length === 0" kind="empty" :text="emptyText"><slot name="empty" /></state-note>
      <div v-else ref="box" class="messages" role="log" aria-live="polite" tabindex="0" @scroll.passive="scrolled">
        <button v-if="items.length > limit" type="button" class="list-more" @click="older">查看更早的消息</button>
        <template v-for="row in rows" :key="row.message.id">
          <time v-if="row.time" class="message-time">{{ row.time }}</time>
          <message-row :message="row.message" :mine="row.message.from === myFrom" :name="people[row.message.from]?.name" :avatar="people[row.message.from]?.avatar" @press="$emit('press', $event)" @menu="$emit('menu', $event)" @follow="$emit('follow', $event)" />
        </template>
      </div>
      <button v-if="fresh" type="button" class="messages-fresh" @click="toEnd">{{ fresh }} 条新消息</button>
    </div>`,
}

/** Messages with a time line wherever more than five minutes lie between. */
export function withTimes(messages, now, zone) {
  let last = Number.NEGATIVE_INFINITY
  return messages.map((message) => {
    const at = toMs(message.at)
    const time = at - last > GAP_MS ? chatTime(at, now, zone) : ''
    if (time !== '') last = at
    return { message, time }
  })
}
