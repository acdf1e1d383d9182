import { computed, type ComputedRef } from 'vue'
import { useClock, useNow } from '../../../clock.ts'
import { useMessages } from '../../../i18n/index.ts'
import { agoPhrase } from '../../../time/phrases.ts'
import { useEditorWords } from './editor-words.ts'

/** Versions for VersionLines: each with who saved it, and when, in words. */
export function useToldVersions<
  Version extends { by: string | null; byName: string | null; at: string },
>(versions: () => readonly Version[]): ComputedRef<(Version & { about: string })[]> {
  const m = useMessages()
  const clock = useClock()
  const now = useNow()
  const words = useEditorWords()
  return computed(() =>
    versions().map((one) => {
      const when = agoPhrase(one.at, { now: now.value, zone: clock.zone, m })
      return { ...one, about: words.who(one.byName ?? one.by ?? words.somebody, when) }
    }),
  )
}
