import { shallowReactive } from './vue.js'

const STAY_MS = 3500
let seq = 0

/** What the page says in passing; `sayError` stays a little longer. */
export const toasts = shallowReactive([])

export function say(text, kind = 'info') {
  seq += 1
  const toast = { id: seq, text, kind }
  toasts.push(toast)
  setTimeout(
    () => toasts.splice(toasts.indexOf(toast), 1),
    kind === 'error' ? STAY_MS * 2 : STAY_MS,
  )
}

export function sayError(error) {
  say(error instanceof Error ? error.message : String(error), 'error')
}
