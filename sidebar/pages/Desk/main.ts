import { showPage } from '../../page.ts'
import { createSdkHost } from '../../wecom/sdk-host.ts'
import DeskPage from './DeskPage.vue'

void showPage({
  root: DeskPage,
  host: (api) => createSdkHost({ jssdk: api.jssdk }),
  title: (messages) => messages.titles.desk,
})
