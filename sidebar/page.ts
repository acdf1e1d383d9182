import { VUE_QUERY_CLIENT } from '@tanstack/vue-query'
import { createApp, type App, type Component } from 'vue'
import { apiKey, createSignInOnce } from './session.ts'
import { createApi, type Api } from './api.ts'
import { clockKey, createBusinessClock } from './clock.ts'
import { chooseLanguage, loadMessages, messagesKey, type Messages } from './i18n/index.ts'
import { createQueryClient } from './state/queries.ts'
import { createToaster, toasterKey } from './state/toaster.ts'
import { chatHostKey, type ChatHost } from './wecom/chat-host.ts'
import './styles/base.css'

export interface Page {
  root: Component
  /** the WeCom client around it; the console has none */
  host?: (api: Api) => ChatHost
  title: (messages: Messages) => string
  /** what else the page provides before it is shown */
  prepare?: (app: App, language: string) => Promise<unknown>
}

/** Puts a page together from the browser's own parts and shows it. */
export async function showPage({ root, host, title, prepare }: Page): Promise<void> {
  // a part that a tap loads is gone after an upgrade: the page of the new one has it
  addEventListener('vite:preloadError', () => location.reload())
  const language = chooseLanguage(location.search, navigator.language)
  const messages = await loadMessages(language)
  const clock = createBusinessClock(() => Date.now())
  const api = createApi({
    fetch: (input, init) => fetch(input, init),
    language,
    onAnswer: clock.learn,
    onSignedOut: createSignInOnce({
      store: sessionStorage,
      now: () => Date.now(),
      path: () => location.pathname + location.search,
      go: (address) => location.assign(address),
    }),
  })
  document.documentElement.lang = language
  document.title = title(messages)

  const app = createApp(root)
  const queries = createQueryClient()
  queries.mount()
  app.provide(VUE_QUERY_CLIENT, queries)
  app.provide(apiKey, api)
  app.provide(clockKey, clock)
  app.provide(messagesKey, messages)
  app.provide(toasterKey, createToaster())
  if (host) app.provide(chatHostKey, host(api))
  await prepare?.(app, language)
  app.mount('#app')
}
