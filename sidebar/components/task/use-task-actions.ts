import { useQueryClient } from '@tanstack/vue-query'
import { shallowRef } from 'vue'
import { ApiError } from '../../api.ts'
import { useClock } from '../../clock.ts'
import { useMessages } from '../../i18n/index.ts'
import { useApi } from '../../session.ts'
import { errorText } from '../../state/error-text.ts'
import { keys } from '../../state/queries.ts'
import { useToaster } from '../../state/toaster.ts'
import { momentPhrase } from '../../time/phrases.ts'
import type { DismissReason, Outcome } from '../../words.ts'

/**
 * What a guide does to a task, from the chat and from the desk. Each resolves to whether it was done, says so in
 * a toast, and makes every list with the task fresh.
 */
export function useTaskActions() {
  const api = useApi()
  const m = useMessages()
  const clock = useClock()
  const toaster = useToaster()
  const queries = useQueryClient()
  const busy = shallowRef(false)

  async function act(call: () => Promise<unknown>, said: string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    try {
      await call()
      toaster.show(said)
      await refresh()
      return true
    } catch (error) {
      const closed = error instanceof ApiError && error.code === 'TASK_ALREADY_CLOSED'
      toaster.show(closed ? m.why.alreadyClosed : errorText(error, m), { tone: 'bad' })
      if (closed) await refresh()
      return false
    } finally {
      busy.value = false
    }
  }

  function refresh(): Promise<unknown> {
    const stale = [keys.allTasks, keys.customers, keys.waiting, ['timeline'], ['task']]
    return Promise.all(stale.map((queryKey) => queries.invalidateQueries({ queryKey })))
  }

  return {
    busy,
    finish(id: string, outcome: Outcome, note: string) {
      const kept = note.trim()
      return act(() => api.finishTask(id, { outcome, ...(kept && { note: kept }) }), m.why.finished)
    },
    snooze(id: string, until: Date) {
      const { zone } = clock
      const when = momentPhrase(until.toISOString(), { now: clock.now(), zone, m })
      return act(() => api.snoozeTask(id, until), m.why.snoozed(when))
    },
    dismiss(id: string, reason: DismissReason) {
      return act(() => api.dismissTask(id, reason), m.why.dismissed)
    },
  }
}
