import { computed, inject, ref } from '../lib/vue.js'
import { fieldTime, fromFieldTime, fullTime } from '../lib/business-time.js'
import { say } from '../lib/toasts.js'
import { Icon } from './icon.js'

/** The bar that is not WeCom: business time, moving it, and what just happened. */
export const ClockBar = {
  components: { Icon },
  props: { activity: { type: String, default: '' }, link: { type: String, default: 'open' } },
  emits: ['moved'],
  setup(props, { emit }) {
    const { clock, now, move } = inject('clock')
    const setting = ref(false)
    const wanted = ref('')
    const shown = computed(() => (now.value === 0 ? '正在看表…' : fullTime(now.value, clock.zone)))

    async function go(where) {
      if (await move(where)) emit('moved')
    }
    function toggleSetting() {
      setting.value = !setting.value
      wanted.value = fieldTime(now.value, clock.zone)
    }
    function set() {
      const moment = fromFieldTime(wanted.value, clock.zone)
      if (Number.isNaN(moment)) {
        say('请选一个日期和时间', 'error')
        return
      }
      setting.value = false
      void go({ now: new Date(moment).toISOString() })
    }

    return {
      clock,
      now,
      shown,
      setting,
      wanted,
      toggleSetting,
      set,
      plusHour: () => go({ advance: '1h' }),
      plusDay: () => go({ advance: '1d' }),
      nine: () => go({ next: '09:00' }),
    }
  },
  template: `
    <header class="clock-bar">
      <strong class="clock-brand"><icon name="clock" :size="18" />企业微信沙盒</strong>
      <span class="clock-now" data-testid="clock-now" :data-now="now ? new Date(now).toISOString() : ''">{{ shown }}</span>
      <span class="clock-buttons" role="group" aria-label="拨动沙盒时间">
        <button type="button" data-testid="clock-plus-hour" :disabled="clock.moving || !now" @click="plusHour">+1 小时</button>
        <button type="button" data-testid="clock-plus-day" :disabled="clock.moving || !now" @click="plusDay">+1 天</button>
        <button type="button" class="main" data-testid="clock-next-nine" :disabled="clock.moving || !now" @click="nine">下一个 9:00</button>
        <span class="clock-set">
          <button type="button" data-testid="clock-set" :disabled="clock.moving || !now" :aria-expanded="setting" @click="toggleSetting">设定…</button>
          <form v-if="setting" class="popover clock-form" @submit.prevent="set" @keydown.esc="setting = false">
            <label>把沙盒时间拨到<input v-model="wanted" type="datetime-local" data-testid="clock-field" required /></label>
            <button type="submit" class="button primary" data-testid="clock-apply">拨过去</button>
          </form>
        </span>
      </span>
      <span class="clock-activity" :class="{ lost: link === 'lost' }" role="status" data-testid="activity">
        <template v-if="link === 'lost'"><i class="dot dot-bad"></i>沙盒没有回应，正在重连…</template>
        <template v-else-if="clock.moving"><i class="spinner small"></i>时间在走，助手正在干活…</template>
        <template v-else><i class="dot" :class="link === 'open' ? 'dot-good' : ''"></i>{{ activity || '一切安静' }}</template>
      </span>
      <slot />
    </header>`,
}
