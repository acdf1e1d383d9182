import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { dateRange, type DateRange } from '../date-ranges.ts'

const NAMES = ['from', 'to', 'region', 'store', 'guide'] as const
type Asked = Partial<Record<(typeof NAMES)[number], string>>

/**
 * What the overview is asked to show. It stands in the address, so that a link shows the same to somebody else, as far
 * as their own scope goes, and the browser's "back" goes one level up.
 */
export function useOverviewAddress(today: string) {
  const route = useRoute()
  const router = useRouter()
  const week = dateRange('week', today)
  const asked = computed<Asked>(() =>
    Object.fromEntries(
      NAMES.flatMap((name) => {
        const value = route.query[name]
        return typeof value === 'string' ? [[name, value]] : []
      }),
    ),
  )
  const range = computed<DateRange>({
    get: () => ({ from: asked.value.from ?? week.from, to: asked.value.to ?? week.to }),
    set: (next) => void router.replace({ query: { ...route.query, ...next } }),
  })

  /** Goes to a place; what is not said is left. */
  function goTo(place: Pick<Asked, 'region' | 'store' | 'guide'>): void {
    const kept = Object.fromEntries(
      Object.entries(route.query).filter(([name]) => !['region', 'store', 'guide'].includes(name)),
    )
    void router.push({ query: { ...kept, ...place } })
  }

  return { asked, range, goTo }
}
