import { showPage } from '../../page.ts'
import { createSdkHost } from '../../wecom/sdk-host.ts'
import DeskPage from './DeskPage.vue'
import { deskWordsKey, loadDeskWords } from './desk-words.ts'

void showPage({
  root: DeskPage,
  host: (api) => createSdkHost({ jssdk: api.jssdk }),
  title: (messages) => messages.titles.desk,
  prepare: async (app, language) => app.provide(deskWordsKey, await loadDeskWords(language)),
})
