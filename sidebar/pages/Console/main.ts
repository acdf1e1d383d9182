import { showPage } from '../../page.ts'
import ConsolePage from './ConsolePage.vue'
import { consoleWordsKey, loadConsoleWords } from './console-words.ts'

void showPage({
  root: ConsolePage,
  title: (messages) => messages.titles.console,
  prepare: async (app, language) => app.provide(consoleWordsKey, await loadConsoleWords(language)),
})
