import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { useMessages } from '../../../i18n/index.ts'
import { errorText } from '../../../state/error-text.ts'
import { useToaster } from '../../../state/toaster.ts'
import { tagsKeys } from './tags-api.ts'

/** One change of tags, merges or rules; afterwards all lists are read anew, and what failed is told. */
export function useTagChange() {
  const m = useMessages()
  const queries = useQueryClient()
  const toaster = useToaster()
  const change = useMutation({
    mutationFn: ({ run }: { run: () => Promise<unknown>; said?: string }) => run(),
    onSuccess: (_answer, { said }) => {
      if (said) toaster.show(said)
    },
    onError: (error) => toaster.show(errorText(error, m), { tone: 'bad' }),
    onSettled: () =>
      Promise.all([
        ...[tagsKeys.managed, tagsKeys.merges, tagsKeys.rules].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
        queries.invalidateQueries({ queryKey: tagsKeys.library }),
      ]),
  })
  return {
    busy: change.isPending,
    /** resolves to whether it went well */
    make: async (run: () => Promise<unknown>, said?: string): Promise<boolean> => {
      try {
        await change.mutateAsync({ run, ...(said && { said }) })
        return true
      } catch {
        // told above
        return false
      }
    },
  }
}
