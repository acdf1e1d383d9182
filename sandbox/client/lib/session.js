import { computed, reactive, shallowReactive } from './vue.js'
import { getJson, postJson } from './api.js'
import { createResource } from './resource.js'
import { openStream } from './live.js'
import { say, sayError } from './toasts.js'

const UI = '/sandbox/ui'

/**
 * What one person sees and does, a member or a customer: who there is to be, the chat list, the open
 * chat. `use(id)` changes who it is; `home` is the chat open at first ('' for none).
 */
export function createSession({ home, people }) {
  const at = reactive({ as: '', with: home, view: 'chats', infoOpen: false, findOpen: false })
  const members = createResource(() => getJson(`${UI}/${people}`).then(listOf))
  const state = createResource(() => getJson(`${UI}/state`, { as: at.as }))
  const messages = createResource(() =>
    at.with === ''
      ? Promise.resolve([])
      : getJson(`${UI}/messages`, { as: at.as, with: at.with }).then(listOf),
  )
  const stream = shallowReactive({ handle: null })

  const me = computed(() => state.data?.me ?? { userid: at.as })
  const conversations = computed(() => state.data?.conversations ?? [])
  const current = computed(() => conversations.value.find((c) => c.with === at.with) ?? null)
  /** nobody the sandbox knows under this id */
  const unknown = computed(
    () => at.as !== '' && state.status === 'error' && state.errorStatus === 404,
  )
  const link = computed(() => stream.handle?.state.value ?? 'connecting')

  function use(as) {
    stream.handle?.close()
    Object.assign(at, { as, with: home, view: 'chats', infoOpen: false, findOpen: false })
    stream.handle = openStream(`${UI}/stream?as=${encodeURIComponent(as)}`, refresh)
    return Promise.all([state.reset(), messages.reset()])
  }

  function refresh() {
    return Promise.all([state.reload(), messages.reload()])
  }

  async function openChat(id) {
    const changed = at.with !== id
    Object.assign(at, { with: id, view: 'chats', infoOpen: false })
    if (changed) await messages.reset()
    await state.reload()
    if (id === 'app') await act('enter-agent', {}, { quiet: true })
  }

  /** Posts as this member; says what went wrong and answers null then. */
  async function act(path, body, { quiet = false, done = '' } = {}) {
    try {
      const answer = await postJson(`${UI}/${path}`, { as: at.as, ...body })
      if (done !== '') say(done)
      if (!quiet) await refresh()
      return answer
    } catch (error) {
      if (!quiet) sayError(error)
      return null
    }
  }

  return {
    at,
    members,
    state,
    messages,
    me,
    conversations,
    current,
    unknown,
    link,
    use,
    refresh,
    openChat,
    act,
    close: () => stream.handle?.close(),
  }
}

/** The list of a listing's answer. */
export function listOf(answer) {
  return answer.items ?? []
}
