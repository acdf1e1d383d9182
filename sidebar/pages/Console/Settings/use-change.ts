import { useQueryClient } from '@tanstack/vue-query'
import { shallowRef } from 'vue'
import { useMessages } from '../../../i18n/index.ts'
import { errorText } from '../../../state/error-text.ts'
import { useToaster } from '../../../state/toaster.ts'

/** Makes one change at a time; what it changed is read again, also after a refusal: the page was out of date then. */
export function useChange(key: readonly string[]) {
  const m = useMessages()
  const queries = useQueryClient()
  const toaster = useToaster()
  const busy = shallowRef(false)

  async function make<T>(change: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    try {
      return await change()
    } catch (error) {
      toaster.show(errorText(error, m), { tone: 'bad' })
      return undefined
    } finally {
      busy.value = false
      void queries.invalidateQueries({ queryKey: key })
    }
  }
  return { busy, make, say: (text: string) => toaster.show(text) }
}
