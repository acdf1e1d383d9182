import { useQuery, useQueryClient, type QueryKey } from '@tanstack/vue-query'
import type { CustomerProfile, CustomerTagView } from '../../../server/api/customers/schema.ts'
import { useClock } from '../../clock.ts'
import { useMessages } from '../../i18n/index.ts'
import { useApi } from '../../session.ts'
import { createOptimistic } from '../../state/optimistic.ts'
import { keys } from '../../state/queries.ts'
import { useToaster } from '../../state/toaster.ts'
import { withTag, withoutTag } from '../../tags/arrange-tags.ts'

type Tag = Pick<CustomerTagView, 'id' | 'name' | 'dimension' | 'groupName'>

/** Tagging one customer: shown at once, taken back on failure, 5 seconds to undo. */
export function useTags(customerId: string, queryKey: () => QueryKey) {
  const api = useApi()
  const m = useMessages()
  const clock = useClock()
  const toaster = useToaster()
  const queries = useQueryClient()
  const library = useQuery({ queryKey: keys.tags, queryFn: api.tags })

  const optimistic = createOptimistic<CustomerTagView[]>({
    read: () => queries.getQueryData<CustomerProfile>(queryKey())?.tags ?? [],
    write: (tags) =>
      queries.setQueryData<CustomerProfile>(
        queryKey(),
        (profile) => profile && { ...profile, tags },
      ),
  })

  /** Puts the tag on or takes it off; `undoable` offers the way back. */
  async function toggle(tag: Tag, on: boolean, undoable = true): Promise<void> {
    const addedAt = clock.now().toISOString()
    // a profile that is being fetched now would show the tags of a moment ago
    await queries.cancelQueries({ queryKey: queryKey() })
    const change = on ? { add: [tag.id], remove: [] } : { add: [], remove: [tag.id] }
    const sent = optimistic.run({
      apply: (tags) => (on ? withTag(tags, tag, addedAt) : withoutTag(tags, tag.id)),
      send: () => api.changeTags(customerId, change),
      settle: (_, answer) => answer.tags,
    })
    toaster.show(
      on ? m.tags.added(tag.name) : m.tags.removed(tag.name),
      undoable ? { action: { label: m.common.undo, run: () => void toggle(tag, !on, false) } } : {},
    )
    try {
      await sent
      void queries.invalidateQueries({ queryKey: keys.timelines(customerId) })
      if (on) void queries.invalidateQueries({ queryKey: keys.tags })
    } catch {
      toaster.show(m.tags.failed(tag.name), { tone: 'bad' })
      void queries.invalidateQueries({ queryKey: queryKey() })
    }
  }

  return { library, toggle }
}
