import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { shallowRef } from 'vue'
import { useClock } from '../../../clock.ts'
import { useMessages } from '../../../i18n/index.ts'
import { errorText } from '../../../state/error-text.ts'
import { useToaster } from '../../../state/toaster.ts'
import { momentPhrase } from '../../../time/phrases.ts'
import { useAssignmentWords } from './assignment-words.ts'
import { assignmentKeys, useAssignmentsApi } from './assignments-api.ts'

/** Presses guides, tells what came of it, and remembers who was pressed too lately. */
export function usePress(id: string) {
  const m = useMessages()
  const words = useAssignmentWords()
  const api = useAssignmentsApi()
  const clock = useClock()
  const queries = useQueryClient()
  const toaster = useToaster()
  /** userid → when it may be tried again, ISO */
  const refusedUntil = shallowRef<ReadonlyMap<string, string>>(new Map())

  const press = useMutation({
    mutationFn: (guide: string | null) => api.press(id, guide === null ? {} : { guide }),
    onSuccess: async ({ pressed, guides, tooSoon }) => {
      refusedUntil.value = new Map([
        ...refusedUntil.value,
        ...tooSoon.map(({ userid, again }) => [userid, again] as const),
      ])
      const soonest = tooSoon.map(({ again }) => again).sort()[0]
      const names = tooSoon.map(({ name }) => name).join(m.common.list)
      const reading = { now: clock.now(), zone: clock.zone, m }
      const late = soonest && words.tooSoon(names, momentPhrase(soonest, reading))
      toaster.show(
        [(pressed > 0 || !late) && words.pressed(pressed, guides), late]
          .filter(Boolean)
          .join(m.common.sentenceGap),
      )
      await queries.invalidateQueries({ queryKey: assignmentKeys.one(id) })
    },
    onError: (error) => toaster.show(errorText(error, m), { tone: 'bad' }),
  })
  return { press, refusedUntil }
}
