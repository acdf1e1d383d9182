import { ref, watch } from '../lib/vue.js'
import { isWebAddress, plainText, textParts } from '../lib/rich-text.js'
import { Avatar } from './avatar.js'
import { Icon } from './icon.js'
import { TemplateCard } from './template-card.js'

const ANSWER_WITHIN_MS = 8000

/** One message: a bubble, a link, a card, or a grey line in the middle. `mine` puts it on the right. */
export const MessageRow = {
  components: { Avatar, Icon, TemplateCard },
  props: {
    message: { type: Object, required: true },
    mine: { type: Boolean, default: false },
    name: { type: String, default: '' },
    avatar: { type: String, default: '' },
  },
  emits: ['press', 'menu', 'follow'],
  setup(props, { emit }) {
    const pendingKey = ref('')
    let timer = 0
    watch(
      () => JSON.stringify(props.message.card ?? null),
      () => {
        pendingKey.value = ''
      },
    )
    return {
      pendingKey,
      press(what) {
        pendingKey.value = what.key
        clearTimeout(timer)
        timer = setTimeout(() => {
          pendingKey.value = ''
        }, ANSWER_WITHIN_MS)
        emit('press', { messageId: props.message.id, ...what })
      },
    }
  },
  computed: {
    parts() {
      return textParts(this.message.text ?? bodyOf(this.message).content ?? '')
    },
    /** Cards of the link family share one look: `{ title, desc, href }`. */
    linkCard() {
      const { msgtype, text } = this.message
      if (!['link', 'news', 'textcard', 'miniprogram', 'mpnews'].includes(msgtype)) return null
      const one = firstArticle(bodyOf(this.message))
      return {
        title: one.title ?? text ?? '链接',
        desc: plainText(one.desc ?? one.description ?? ''),
        href: one.link ?? one.url ?? '',
        foot: msgtype === 'miniprogram' ? '小程序' : '',
      }
    },
    isLine() {
      return this.message.recalled === true
    },
    fallback() {
      return (
        { image: '[图片]', video: '[视频]', voice: '[语音]', file: '[文件]' }[
          this.message.msgtype
        ] ?? ''
      )
    },
  },
  methods: { isWebAddress },
  template: `
    <div v-if="isLine" class="message-line"><span>消息已撤回</span></div>
    <div v-else class="message" :class="mine ? 'message-mine' : 'message-theirs'" :data-testid="(message.card ? 'message-card-' : 'message-') + message.id" :data-from="message.from">
      <avatar :name="name" :src="avatar" :app="message.from === 'app'" :size="36" />
      <template-card v-if="message.card" :card="message.card" :pending-key="pendingKey" @press="press" @menu="$emit('menu', { messageId: message.id, key: $event })" @follow="$emit('follow', $event)" />
      <button v-else-if="linkCard" type="button" class="bubble bubble-link" @click="linkCard.href && $emit('follow', linkCard.href)"><b>{{ linkCard.title }}</b><span>{{ linkCard.desc }}</span><small v-if="linkCard.foot">{{ linkCard.foot }}</small></button>
      <div v-else class="bubble"><template v-for="(part, index) in parts" :key="index"><a v-if="part.href" href="#" @click.prevent="$emit('follow', part.href)">{{ part.text }}</a><template v-else>{{ part.text }}</template></template><template v-if="parts.length === 0">{{ fallback || '[' + message.msgtype + ']' }}</template></div>
    </div>`,
}

/** A news message has articles, of which the chat shows the first; the others are one themselves. */
function firstArticle(body) {
  return body.articles?.[0] ?? body
}

/** What WeCom was given: under its msgtype's name, or bare. */
function bodyOf(message) {
  return message.raw?.[message.msgtype] ?? message.raw ?? {}
}
