import { inject, type InjectionKey } from 'vue'
import type { Api } from './api.ts'

/** Trying to sign in again sooner than this after the last try would be a loop. */
const ONCE_MS = 60_000
const TRIED_KEY = 'sign-in-tried-at'

/** Where the page sends people to sign in, and back to where they were. */
export function loginAddress(path: string): string {
  return `/auth/login?to=${encodeURIComponent(path)}`
}

/**
 * Goes to sign-in on the first 401; a second one within a minute stays on the page, which then shows its
 * "not signed in" state with a button. Returns what to call on a 401.
 */
export function createSignInOnce(browser: {
  store: Pick<Storage, 'getItem' | 'setItem'>
  now: () => number
  path: () => string
  go: (address: string) => void
}): () => void {
  let going = false
  return () => {
    if (going) return
    const tried = Number(browser.store.getItem(TRIED_KEY) ?? 0)
    if (browser.now() - tried < ONCE_MS) return
    going = true
    browser.store.setItem(TRIED_KEY, String(browser.now()))
    browser.go(loginAddress(browser.path()))
  }
}

export const apiKey: InjectionKey<Api> = Symbol('api')

/** The session API; provided once in createPage. */
export function useApi(): Api {
  const api = inject(apiKey)
  if (!api) throw new Error('no api provided')
  return api
}
