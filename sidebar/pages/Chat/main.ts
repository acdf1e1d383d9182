import { showPage } from '../../page.ts'
import { createSdkHost } from '../../wecom/sdk-host.ts'
import ChatPage from './ChatPage.vue'

void showPage({
  root: ChatPage,
  host: (api) => createSdkHost({ jssdk: api.jssdk }),
  title: (messages) => messages.titles.chat,
})
