/// <reference types="vite/client" />

// Vant's components are resolved by the build (VantResolver); this tells vue-tsc about the ones in use.
import type { List, Popup, PullRefresh, SwipeCell, Tab, Tabs } from 'vant'

declare module 'vue' {
  interface GlobalComponents {
    VanList: typeof List
    VanPopup: typeof Popup
    VanPullRefresh: typeof PullRefresh
    VanSwipeCell: typeof SwipeCell
    VanTab: typeof Tab
    VanTabs: typeof Tabs
  }
}
