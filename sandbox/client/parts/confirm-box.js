import { nextTick, shallowReactive } from '../lib/vue.js'

const asked = shallowReactive({
  open: false,
  question: '',
  detail: '',
  yes: '',
  danger: false,
  answer: null,
})

/** Asks and resolves true or false: `if (await confirmWith({ question, yes: '删除', danger: true })) …` */
export function confirmWith({ question, detail = '', yes = '确定', danger = false }) {
  asked.answer?.(false)
  return new Promise((resolve) => {
    Object.assign(asked, { open: true, question, detail, yes, danger, answer: resolve })
  })
}

function settle(yes) {
  const { answer } = asked
  Object.assign(asked, { open: false, answer: null })
  answer?.(yes)
}

/** Shows what `confirmWith` asks; put it once on a page. */
export const ConfirmBox = {
  data: () => ({ asked }),
  watch: {
    'asked.open'(open) {
      if (open) nextTick(() => this.$refs.yes?.focus())
    },
  },
  methods: { settle },
  template: `
    <div v-if="asked.open" class="dialog-back" @mousedown.self="settle(false)" @keydown.esc.stop="settle(false)">
      <section class="dialog confirm" role="alertdialog" aria-modal="true" :aria-label="asked.question">
        <h2>{{ asked.question }}</h2>
        <p v-if="asked.detail" class="confirm-detail">{{ asked.detail }}</p>
        <footer>
          <button type="button" class="button" data-testid="confirm-no" @click="settle(false)">取消</button>
          <button ref="yes" type="button" class="button primary" :class="{ danger: asked.danger }" data-testid="confirm-yes" @click="settle(true)">{{ asked.yes }}</button>
        </footer>
      </section>
    </div>`,
}
