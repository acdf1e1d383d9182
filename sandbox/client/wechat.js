import { computed, createApp, onMounted, provide, watch } from './lib/vue.js'
import { createActivity } from './lib/activity.js'
import { wallClock } from './lib/business-time.js'
import { createClock } from './lib/clock.js'
import { createSession } from './lib/session.js'
import { ClockBar } from './parts/clock-bar.js'
import { ConfirmBox } from './parts/confirm-box.js'
import { CustomerPicker } from './parts/customer-picker.js'
import { PhoneChat } from './parts/phone-chat.js'
import { PhoneChats } from './parts/phone-chats.js'
import { ScanGuide } from './parts/scan-guide.js'
import { ToastList } from './parts/toast-list.js'

/** The customer's side, on a phone: `/wechat?as=EXTERNAL_USERID`. */
const Wechat = {
  components: { ClockBar, ConfirmBox, CustomerPicker, PhoneChat, PhoneChats, ScanGuide, ToastList },
  setup() {
    const session = createSession({ home: '', people: 'customers' })
    const clock = createClock()
    const activity = createActivity(session)

    session.change = (as) => {
      activity.clear()
      history.pushState(null, '', `?${new URLSearchParams({ as })}`)
      void start()
    }

    async function start() {
      const as = new URLSearchParams(location.search).get('as') ?? ''
      if (as === '') session.at.as = ''
      else await session.use(as)
    }

    provide('session', session)
    provide('clock', clock)
    onMounted(() => {
      void session.members.reload()
      void start()
      addEventListener('popstate', () => void start())
    })
    watch(
      () => session.state.data,
      (data) => data !== null && clock.take(data),
    )
    watch(
      () => session.me.value.name,
      (name) => {
        document.title = name ? `${name} 的微信 · 沙盒` : '客户的微信 · 沙盒'
      },
    )

    return {
      at: session.at,
      link: session.link,
      activity: activity.line,
      nobody: computed(
        () =>
          session.at.as === '' ||
          session.unknown.value ||
          (session.state.data !== null && session.me.value.externalUserid === undefined),
      ),
      moved: () => session.refresh(),
      phoneTime: computed(() => {
        if (clock.now.value === 0) return ''
        const { hour, minute } = wallClock(clock.now.value, clock.clock.zone)
        return `${hour}:${String(minute).padStart(2, '0')}`
      }),
    }
  },
  template: `
    <clock-bar :activity="activity" :link="at.as ? link : 'open'" @moved="moved" />
    <main class="desk">
      <customer-picker />
      <div class="phone-stand"><section class="phone" aria-label="客户的手机">
        <div class="phone-status"><span>{{ phoneTime }}</span><span aria-hidden="true">5G ▮▮▮</span></div>
        <p v-if="nobody" class="phone-off"><template v-if="at.as">沙盒里没有客户<br />「{{ at.as }}」。<br /></template>在左边选一位客户，<br />这里就是他的微信。</p>
        <phone-chat v-else-if="at.with" /><phone-chats v-else />
      </section></div>
    </main>
    <scan-guide v-if="at.findOpen" @close="at.findOpen = false" />
    <confirm-box /><toast-list />`,
}

createApp(Wechat).mount('#wechat')
