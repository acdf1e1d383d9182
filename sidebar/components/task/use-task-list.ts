import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import type { TaskFilter } from '../../api.ts'
import { useApi } from '../../session.ts'
import { keys } from '../../state/queries.ts'

/** One list of tasks, page after page, with the counts and the day's progress of the newest answer. */
export function useTaskList(filter: Ref<Omit<TaskFilter, 'cursor'>>) {
  const api = useApi()
  const query = useInfiniteQuery({
    queryKey: computed(() => keys.tasks(filter.value)),
    queryFn: ({ pageParam }) => api.tasks({ ...filter.value, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
  const tasks = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  const latest = computed(() => query.data.value?.pages[0] ?? null)
  return { query, tasks, latest }
}
