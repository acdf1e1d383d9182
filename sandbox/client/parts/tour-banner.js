import { ref } from '../lib/vue.js'
import { keep, recall } from '../lib/storage.js'
import { Icon } from './icon.js'

/** Three steps for a first visit; each is ticked off when done, the banner can be put away. */
export const TourBanner = {
  components: { Icon },
  props: { done: { type: Object, required: true } },
  setup() {
    const shown = ref(recall('tour') !== 'seen')
    return {
      shown,
      put() {
        shown.value = false
        keep('tour', 'seen')
      },
    }
  },
  computed: {
    steps() {
      return [
        { id: 'clock', text: '点上面的「下一个 9:00」，早上的任务卡片就会送来' },
        { id: 'card', text: '在「导购助手」里点卡片上的「去聊天」，打开客户' },
        { id: 'send', text: '看右边的客户资料，点「发送」，再看卡片怎么变' },
      ]
    },
    finished() {
      return this.steps.every((step) => this.done[step.id])
    },
  },
  template: `
    <div v-if="shown" class="tour" data-testid="tour">
      <strong>{{ finished ? '走完一圈了' : '第一次来？三步看懂' }}</strong>
      <ol>
        <li v-for="(step, index) in steps" :key="step.id" :class="{ done: done[step.id] }">
          <b><icon v-if="done[step.id]" name="check" :size="14" /><template v-else>{{ index + 1 }}</template></b>{{ step.text }}
        </li>
      </ol>
      <button type="button" class="icon-button" aria-label="收起引导" data-testid="tour-close" @click="put"><icon name="close" :size="16" /></button>
    </div>`,
}
