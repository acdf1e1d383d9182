import { useQueryClient } from '@tanstack/vue-query'
import { shallowRef } from 'vue'
import { useMessages } from '../../../i18n/index.ts'
import { errorText } from '../../../state/error-text.ts'
import { useToaster } from '../../../state/toaster.ts'
import { useMergesApi } from './merges-api.ts'
import { useMergesWords } from './merges-words.ts'

/** Takes a merge back; everything that is shown of customers is asked for again. */
export function useUndoMerge() {
  const m = useMessages()
  const words = useMergesWords()
  const api = useMergesApi()
  const queries = useQueryClient()
  const toaster = useToaster()
  const busy = shallowRef(false)

  async function undo(id: string): Promise<void> {
    busy.value = true
    try {
      await api.undo(id)
      toaster.show(words.undone)
      await queries.invalidateQueries()
    } catch (error) {
      toaster.show(errorText(error, m), { tone: 'bad' })
    } finally {
      busy.value = false
    }
  }
  return { undo, busy }
}
