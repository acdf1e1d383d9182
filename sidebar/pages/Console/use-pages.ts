import { useInfiniteQuery, type QueryKey } from '@tanstack/vue-query'
import { computed } from 'vue'

/** A list that comes page after page, to be ended with LoadMore. `watched`: it is asked for again by itself. */
export function usePages<Item>(options: {
  key: () => QueryKey
  page: (cursor: string | undefined) => Promise<{ items: Item[]; nextCursor: string | null }>
  watched: boolean
}) {
  const query = useInfiniteQuery({
    queryKey: computed(options.key),
    queryFn: ({ pageParam }) => options.page(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    ...(!options.watched && { refetchInterval: false as const }),
  })
  const items = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { query, items }
}
