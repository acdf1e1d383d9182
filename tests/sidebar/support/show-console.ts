import { createMemoryHistory } from 'vue-router'
import ConsolePage from '../../../sidebar/pages/Console/ConsolePage.vue'
import { createConsoleRouter } from '../../../sidebar/pages/Console/console-router.ts'
import type { Routes } from './fake-server.ts'
import { show } from './show.ts'

/** Mounts the console at one of its pages, as its main.ts would, and waits for the answers. */
export async function showConsole(routes: Routes, path = '/') {
  const router = createConsoleRouter(createMemoryHistory())
  await router.push(path)
  return { ...(await show(ConsolePage, routes, undefined, [router])), router }
}
