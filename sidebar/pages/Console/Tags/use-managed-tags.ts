import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, watch } from 'vue'
import { tagsKeys, useTagsApi } from './tags-api.ts'

/** a page has twenty: what is more is loaded when it is asked for */
const PAGES_AT_ONCE = 25

/** The tag library page after page, so that it can be searched as a whole. */
export function useManagedTags() {
  const api = useTagsApi()
  const query = useInfiniteQuery({
    queryKey: tagsKeys.managed,
    queryFn: ({ pageParam }) => api.managed(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: false,
  })
  const pages = computed(() => query.data.value?.pages ?? [])
  watch(
    () => [pages.value.length, query.isFetching.value] as const,
    ([n, busy]) => {
      const more = n > 0 && n % PAGES_AT_ONCE !== 0
      if (more && !busy && query.hasNextPage.value && !query.error.value) void query.fetchNextPage()
    },
    { immediate: true },
  )
  return { query, tags: computed(() => pages.value.flatMap(({ items }) => items)) }
}
