import { addTags, deleteTags, editTag, liveGroups, liveTags } from '../api/tags.ts'
import { findTag } from '../api/customers.ts'
import type { World } from '../core/world.ts'
import { need, optional, textList, type Body } from './request.ts'
import { UiError } from './ui-error.ts'

function changed(world: World, changeType: string, more: Record<string, string>): void {
  world.emit({ Event: 'change_external_tag', ChangeType: changeType, ...more })
  world.touched()
}

/**
 * POST tag-library: an administrator edits the library in the console → change_external_tag. `action`:
 * create {groupId | groupName, name, order?}, update {id, name?, order?}, delete {id}, shuffle {groupId?, ids?}.
 */
export function editLibrary(world: World, body: Body): object {
  const action = need(body, 'action')
  const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  if (!run) throw new UiError(400, `action: ${Object.keys(ACTIONS).join(', ')}`)
  return run(world, body)
}

const ACTIONS: Record<string, (world: World, body: Body) => object> = {
  create: (world, body) => {
    const before = new Set(liveGroups(world).map((group) => group.id))
    const tag = { name: need(body, 'name'), ...orderOf(body) }
    const group = { group_id: optional(body, 'groupId'), group_name: optional(body, 'groupName') }
    const made = addTags(world, { ...group, tag: [tag] }, false)
    if (!before.has(made.group.id))
      changed(world, 'create', { Id: made.group.id, TagType: 'tag_group' })
    const id = made.added[0]?.id ?? ''
    changed(world, 'create', { Id: id, TagType: 'tag' })
    return { groupId: made.group.id, id }
  },
  update: (world, body) => {
    const id = need(body, 'id')
    const name = optional(body, 'name')
    const fields = { id, ...(name === undefined ? {} : { name }), ...orderOf(body) }
    changed(world, 'update', { Id: id, TagType: editTag(world, fields, false) })
    return {}
  },
  // deleting a group deletes its tags without a word about them
  delete: (world, body) => {
    const id = need(body, 'id')
    const isTag = findTag(world, id) !== undefined
    deleteTags(world, isTag ? { tag_id: [id] } : { group_id: [id] }, false)
    changed(world, 'delete', { Id: id, TagType: isTag ? 'tag' : 'tag_group' })
    return {}
  },
  shuffle: (world, body) => {
    const groupId = optional(body, 'groupId') ?? ''
    const ids = textList(body, 'ids')
    const group = liveGroups(world).find((entry) => entry.id === groupId)
    if (groupId !== '' && !group) throw new UiError(404, '没有这个标签组')
    const entries = group ? liveTags(group) : liveGroups(world)
    const order = ids.length > 0 ? ids : entries.map((entry) => entry.id).toReversed()
    for (const entry of entries) {
      const at = order.indexOf(entry.id)
      if (at >= 0) entry.order = order.length - at
    }
    changed(world, 'shuffle', { Id: groupId })
    return {}
  },
}

function orderOf(body: Body): { order?: number } {
  return typeof body['order'] === 'number' ? { order: body['order'] } : {}
}
