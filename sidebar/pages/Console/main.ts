import { showPage } from '../../page.ts'
import { createWebHistory } from 'vue-router'
import ConsolePage from './ConsolePage.vue'
import { createConsoleRouter } from './console-router.ts'
import { consoleWordsKey, loadConsoleWords } from './console-words.ts'

void showPage({
  root: ConsolePage,
  title: (messages) => messages.titles.console,
  prepare: async (app, language) => {
    app.provide(consoleWordsKey, await loadConsoleWords(language))
    app.use(createConsoleRouter(createWebHistory('/console')))
  },
})
