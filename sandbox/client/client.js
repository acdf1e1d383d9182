import { computed, createApp, onMounted, provide, reactive, watch } from './lib/vue.js'
import { createActivity } from './lib/activity.js'
import { createBridgeAnswer } from './lib/answer-bridge.js'
import { createClock } from './lib/clock.js'
import { createSession } from './lib/session.js'
import { createWindows } from './lib/windows.js'
import { AppPanel } from './parts/app-panel.js'
import { ChatList } from './parts/chat-list.js'
import { ChatPane } from './parts/chat-pane.js'
import { ClockBar } from './parts/clock-bar.js'
import { ConfirmBox } from './parts/confirm-box.js'
import { CustomersView } from './parts/customers-view.js'
import { FindCustomer } from './parts/find-customer.js'
import { Rail } from './parts/rail.js'
import { SidebarFrame } from './parts/sidebar-frame.js'
import { StateNote } from './parts/state-note.js'
import { ToastList } from './parts/toast-list.js'
import { TourBanner } from './parts/tour-banner.js'
import { WhoFirst } from './parts/who-first.js'
import { Workbench } from './parts/workbench.js'

/** WeCom on a desk as one member sees it: `/client?as=USERID`. */
const Client = {
  components: {
    AppPanel,
    ChatList,
    ChatPane,
    ClockBar,
    ConfirmBox,
    CustomersView,
    FindCustomer,
    Rail,
    SidebarFrame,
    StateNote,
    ToastList,
    TourBanner,
    WhoFirst,
    Workbench,
  },
  setup() {
    const session = createSession({ home: 'app', people: 'members' })
    const assistantOrigin = () => session.state.data?.assistantOrigin ?? ''
    const windows = createWindows(assistantOrigin)
    const clock = createClock()
    const tour = reactive({ clock: false, card: false, send: false })
    const activity = createActivity(session)

    session.change = (as) => {
      windows.close()
      activity.clear()
      history.pushState(null, '', `?${new URLSearchParams({ as })}`)
      void start()
    }

    async function start() {
      const as = new URLSearchParams(location.search).get('as') ?? ''
      if (as === '') {
        session.at.as = ''
        return
      }
      await session.use(as)
    }

    provide('session', session)
    provide('windows', windows)
    provide('clock', clock)
    provide('tour', tour)
    provide('assistantOrigin', assistantOrigin)
    provide('bridge', createBridgeAnswer({ session, windows, tour }))

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
      () => session.at.with,
      (id) => {
        if (id !== 'app' && id !== '') tour.card = true
      },
    )
    watch(
      () => [session.me.value.name, session.at.as],
      ([name, as]) => {
        document.title = as === '' ? '企业微信沙盒' : `${name ?? as} · 企业微信沙盒`
      },
    )

    return {
      at: session.at,
      state: session.state,
      session,
      link: session.link,
      panel: windows.panel,
      tour,
      activity: activity.line,
      nobody: computed(
        () =>
          session.at.as === '' ||
          session.unknown.value ||
          session.me.value.externalUserid !== undefined,
      ),
      besideChat: computed(
        () =>
          session.at.view === 'chats' &&
          session.at.with !== 'app' &&
          session.current.value !== null,
      ),
      moved() {
        tour.clock = true
        void session.refresh()
      },
    }
  },
  template: `
    <clock-bar :activity="activity" :link="at.as ? link : 'open'" @moved="moved" />
    <who-first v-if="nobody" />
    <div v-else class="client">
      <tour-banner :done="tour" />
      <div class="wecom" :class="{ 'with-sidebar': besideChat }">
        <rail />
        <chat-list v-if="at.view === 'chats'" />
        <div class="stage">
          <chat-pane v-if="at.view === 'chats'" />
          <customers-view v-else-if="at.view === 'customers'" />
          <workbench v-else />
          <app-panel v-if="panel.open" />
        </div>
        <sidebar-frame v-if="besideChat" />
      </div>
    </div>
    <find-customer v-if="at.findOpen" @close="at.findOpen = false" />
    <confirm-box /><toast-list />`,
}

createApp(Client).mount('#client')
