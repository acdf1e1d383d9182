import { ref } from './vue.js'

const REOPEN_MS = 2000
const QUIET_MS = 80

/**
 * Listens to the sandbox's live signals and calls `changed` once per burst. `state` is
 * connecting, open or lost; a lost stream is opened again until `close()`.
 */
export function openStream(url, changed) {
  const state = ref('connecting')
  let source = null
  let reopen = 0
  let quiet = 0
  let closed = false

  function signal() {
    clearTimeout(quiet)
    quiet = setTimeout(() => changed(), QUIET_MS)
  }

  function open() {
    source = new EventSource(url)
    source.addEventListener('open', () => {
      state.value = 'open'
      signal()
    })
    source.addEventListener('message', signal)
    source.addEventListener('changed', signal)
    source.addEventListener('error', () => {
      if (closed) return
      state.value = 'lost'
      source.close()
      clearTimeout(reopen)
      reopen = setTimeout(open, REOPEN_MS)
    })
  }

  open()
  return {
    state,
    close() {
      closed = true
      clearTimeout(reopen)
      clearTimeout(quiet)
      source.close()
    },
  }
}
