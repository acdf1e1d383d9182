import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { tagsKeys, useTagsApi } from './tags-api.ts'

/** a page has twenty: what is more is loaded when it is asked for, or searched by the server */
const PAGES_AT_ONCE = 25
/** milliseconds after the last key that a word is looked for */
const PAUSE_MS = 350

/**
 * The tag library page after page, so that it can be searched as a whole; of a library too large for that, what the
 * server finds for a word.
 */
export function useManagedTags(typed: Ref<string>) {
  const api = useTagsApi()
  const word = shallowRef('')
  const isLarge = shallowRef(false)
  const search = computed(() => (isLarge.value ? word.value : ''))

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(typed, (value) => {
    clearTimeout(timer)
    timer = setTimeout(() => (word.value = value.trim()), PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))

  const query = useInfiniteQuery({
    queryKey: computed(() => [...tagsKeys.managed, search.value]),
    queryFn: ({ pageParam }) => api.managed({ search: search.value, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: false,
  })
  const pages = computed(() => query.data.value?.pages ?? [])
  watch(
    () => [pages.value.length, query.isFetching.value] as const,
    ([n, busy]) => {
      const hasMore = query.hasNextPage.value && !query.error.value
      if (busy || n === 0 || !hasMore) return
      if (n % PAGES_AT_ONCE !== 0) void query.fetchNextPage()
      else isLarge.value = true
    },
    { immediate: true },
  )
  return { query, tags: computed(() => pages.value.flatMap(({ items }) => items)) }
}
