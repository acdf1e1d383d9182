import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { onScopeDispose, shallowRef } from 'vue'
import type {
  AssignmentProgress,
  AssignmentView,
} from '../../../../server/api/assignments/schema.ts'
import { assignmentKeys, eventsAddress, useAssignmentsApi } from './assignments-api.ts'

const POLL_MS = 10_000
/** a stream may be cut without the browser noticing */
const CHECK_MS = 60_000

/**
 * An assignment that follows its progress by itself: the server tells of each change; where the stream doesn't come
 * through (a proxy, an old client), it is asked for every ten seconds.
 */
export function useAssignment(id: string) {
  const api = useAssignmentsApi()
  const queries = useQueryClient()
  const key = assignmentKeys.one(id)
  const live = shallowRef(false)
  const query = useQuery({
    queryKey: key,
    queryFn: () => api.one(id),
    refetchInterval: ({ state }) =>
      live.value || (state.data && isEnded(state.data)) ? CHECK_MS : POLL_MS,
  })

  if (typeof EventSource !== 'undefined') {
    const source = new EventSource(eventsAddress(id))
    source.addEventListener('open', () => (live.value = true))
    source.addEventListener('error', () => (live.value = false))
    source.addEventListener('progress', (event) => {
      live.value = true
      const progress = readProgress(event.data)
      if (!progress) return
      queries.setQueryData<AssignmentView>(key, (view) => view && { ...view, ...progress })
      // the server has ended it: a browser would connect again and again
      if (isAllCancelled(progress)) source.close()
      void queries.invalidateQueries({ queryKey: assignmentKeys.customersOf(id) })
    })
    onScopeDispose(() => source.close())
  }
  return { query, live }
}

/** Nothing more is given to guides; what they began may still be ended. */
export function isEnded({ state }: Pick<AssignmentView, 'state'>): boolean {
  return state === 'over' || state === 'cancelled'
}

function isAllCancelled({ state, totals }: AssignmentProgress): boolean {
  return state === 'cancelled' && totals.notStarted + totals.inProgress === 0
}

function readProgress(data: unknown): AssignmentProgress | null {
  try {
    // the schema of the events is the contract for this shape
    return JSON.parse(String(data)) as AssignmentProgress
  } catch {
    return null
  }
}
