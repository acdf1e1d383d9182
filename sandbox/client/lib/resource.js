import { shallowReactive } from './vue.js'

/**
 * One thing loaded from the sandbox: `status` is loading, ready or error. While a reload runs, what
 * is on screen stays; calls that arrive meanwhile become one more reload, so a burst of live
 * signals costs two requests. `reset()` forgets everything (another person, another chat).
 */
export function createResource(load) {
  const resource = shallowReactive({
    status: 'loading',
    data: null,
    error: '',
    errorStatus: 0,
    reload,
    reset,
  })
  let turn = 0
  let running = null
  let again = false

  function reload() {
    if (running !== null) {
      again = true
      return running
    }
    running = run(turn)
    return running
  }

  async function run(mine) {
    do {
      again = false
      try {
        const data = await load()
        if (mine !== turn) return
        resource.data = data
        resource.error = ''
        resource.status = 'ready'
      } catch (error) {
        if (mine !== turn) return
        resource.errorStatus = error.status ?? 0
        resource.error = error instanceof Error ? error.message : String(error)
        if (resource.data === null) resource.status = 'error'
      }
    } while (again)
    running = null
  }

  function reset() {
    turn += 1
    running = null
    again = false
    resource.data = null
    resource.error = ''
    resource.status = 'loading'
    return reload()
  }

  return resource
}
