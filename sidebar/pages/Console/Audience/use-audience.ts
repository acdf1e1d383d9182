import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { ApiError } from '../../../api.ts'
import { useMessages } from '../../../i18n/index.ts'
import { errorText } from '../../../state/error-text.ts'
import { useAudienceApi } from './audience-api.ts'
import { useAudienceWords } from './audience-words.ts'
import { conditionAt, EVERYONE, writeFilter, type Audience } from './tree.ts'

/** Typing is over after so long. */
const PAUSE_MS = 400
const TEN_MINUTES = 600_000

/** Who an audience means, counted anew a moment after its last change; and what the server has against it, and where. */
export function useAudience(audience: Readonly<Ref<Audience>>) {
  const api = useAudienceApi()
  const m = useMessages()
  const words = useAudienceWords()
  const written = computed(() => writeFilter(audience.value))
  const asked = shallowRef(written.value.filter)
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(written, ({ filter }) => {
    clearTimeout(timer)
    if (JSON.stringify(filter) === JSON.stringify(asked.value)) return
    timer = setTimeout(() => (asked.value = filter), PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))

  const preview = useQuery({
    queryKey: computed(() => ['audience', 'preview', asked.value]),
    queryFn: () => api.preview(asked.value ?? EVERYONE),
    enabled: computed(() => asked.value !== null),
    placeholderData: keepPreviousData,
    refetchInterval: false,
  })
  const everyone = useQuery({
    queryKey: ['audience', 'preview', EVERYONE],
    queryFn: () => api.preview(EVERYONE),
    enabled: computed(() => asked.value !== null),
    staleTime: TEN_MINUTES,
    refetchInterval: false,
  })

  const isCurrent = computed(
    () => JSON.stringify(asked.value) === JSON.stringify(written.value.filter),
  )
  const error = computed(() => (isCurrent.value ? preview.error.value : null))
  const refused = computed(() => {
    if (!(error.value instanceof ApiError)) return null
    return refusedPart(error.value)
  })

  function refusedPart(refusal: ApiError): { key: symbol; text: string } | null {
    const { field } = refusal
    const key = conditionAt(written.value.places, field)
    if (key === null) return null
    return { key, text: field?.includes('.tags.') ? words.tagGone : errorText(refusal, m) }
  }

  return {
    written,
    refused,
    /** of a refusal by another call, such as saving */
    refusedPart,
    /** a failure that is of no single condition */
    error: computed(() => (refused.value ? null : error.value)),
    retry: () => void preview.refetch(),
    /** of the filter as it stands; null while there is none, or it is being counted for the first time */
    preview: computed(() =>
      written.value.filter === null || error.value ? null : (preview.data.value ?? null),
    ),
    /** the shown figures are of an earlier filter */
    isCounting: computed(
      () => written.value.filter !== null && (!isCurrent.value || preview.isFetching.value),
    ),
    everyone: computed(() => everyone.data.value?.count ?? null),
  }
}

export type AudienceState = ReturnType<typeof useAudience>
