import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { ReportName } from '../../../../server/api/reports/schema.ts'
import { dateRange, type DateRange } from '../date-ranges.ts'
import type { ReportFilter } from './api.ts'

/**
 * What the page is asked to show. It stands in the address, so that a link shows a colleague the same, as far as their
 * own scope goes. Who chooses a wider place leaves what was chosen within another.
 */
export function useReportAddress(names: readonly ReportName[], today: string) {
  const route = useRoute()
  const router = useRouter()
  const month = dateRange('month', today)
  const asked = (name: string) => {
    const value = route.query[name]
    return typeof value === 'string' ? value : undefined
  }
  const change = (over: Record<string, string | undefined>) =>
    void router.replace({ query: { ...route.query, ...over } })

  const filter = computed<ReportFilter>(() => ({
    report: names.find((each) => each === asked('report')) ?? 'tiers',
    from: asked('from') ?? month.from,
    to: asked('to') ?? month.to,
    region: asked('region') ?? null,
    store: asked('store') ?? '',
    guide: asked('guide') ?? '',
  }))
  const range = computed<DateRange>({
    get: () => ({ from: filter.value.from, to: filter.value.to }),
    set: (next) => change({ ...next }),
  })
  const region = computed({
    get: () => filter.value.region,
    set: (name) => change({ region: name ?? undefined, store: undefined, guide: undefined }),
  })
  const store = computed({
    get: () => filter.value.store,
    set: (storeNo) => change({ store: storeNo || undefined, guide: undefined }),
  })
  const guide = computed({
    get: () => filter.value.guide,
    set: (userid) => change({ guide: userid || undefined }),
  })

  /** The address as it is shown, with its days: tomorrow the usual ones are others. */
  function link(): string {
    const { report, from, to } = filter.value
    const { href } = router.resolve({ query: { ...route.query, report, from, to } })
    return new URL(href, location.href).href
  }

  return { filter, range, region, store, guide, link }
}
