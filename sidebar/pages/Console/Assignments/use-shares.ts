import { useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { AssignmentQuestion } from '../../../../server/api/assignments/schema.ts'
import { assignmentKeys, useAssignmentsApi } from './assignments-api.ts'

/** Typing is over after so long. */
const PAUSE_MS = 400
/** more customers than this are counted by guide on demand only: it takes the database seconds */
const MOST_AT_ONCE = 50_000

/**
 * Which guides would get how many, asked again a moment after the last change.
 *
 * @param question null: not chosen yet
 * @param customers how many the audience has
 */
export function useShares(question: () => AssignmentQuestion | null, customers: () => number) {
  const api = useAssignmentsApi()
  const asked = shallowRef(question())
  const wanted = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => JSON.stringify(question()),
    () => {
      clearTimeout(timer)
      wanted.value = false
      timer = setTimeout(() => (asked.value = question()), PAUSE_MS)
    },
  )
  onScopeDispose(() => clearTimeout(timer))

  const isMany = computed(() => customers() > MOST_AT_ONCE)
  const query = useQuery({
    queryKey: computed(() => assignmentKeys.preview(asked.value)),
    // not asked while there is no question
    queryFn: () => api.preview(asked.value as AssignmentQuestion),
    enabled: computed(
      () => asked.value !== null && customers() > 0 && (wanted.value || !isMany.value),
    ),
    refetchInterval: false,
  })
  return {
    shares: computed(() =>
      JSON.stringify(asked.value) === JSON.stringify(question())
        ? (query.data.value ?? null)
        : null,
    ),
    /** they are many: counted when one asks for it */
    mayAsk: computed(
      () => isMany.value && asked.value !== null && !wanted.value && !query.data.value,
    ),
    ask: () => (wanted.value = true),
    isCounting: computed(() => query.isFetching.value),
    failed: computed(() => query.error.value !== null),
  }
}
