import { syncTags, type TagScope } from '../../members/sync-tags.ts'
import { DONE, type EventHandler } from '../handler.ts'
import type { CallbackEvent } from '../parse.ts'

/**
 * The tag library changed: created, updated, deleted or put in another order. The part that the event names
 * is read again; what is there no more is marked deleted, a group with all its tags (WeCom sends no event
 * for those).
 */
export const changeExternalTag: EventHandler = async (deps, event, { traceId }) => {
  await syncTags(deps, scopeOf(event), traceId)
  return DONE
}

function scopeOf(event: CallbackEvent): TagScope {
  // shuffle names a group, or none when the groups themselves were put in order
  if (event.id === undefined) return 'all'
  if (event.name.endsWith('/shuffle') || event.tagType === 'tag_group') {
    return { groupIds: [event.id] }
  }
  return { tagIds: [event.id] }
}
