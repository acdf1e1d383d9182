import { randomId } from '../core/ids.ts'
import type { Tag, TagGroup } from '../core/state.ts'
import { nowSeconds, type World } from '../core/world.ts'
import { ApiError, invalid, missing } from './api-error.ts'
import { findTag, needRelation } from './customers.ts'
import { post, type Endpoint } from './endpoint.ts'
import { charsOf, integerOf, needText, objectsOf, textOf, textsOf, type Fields } from './params.ts'

const MAX_TAGS = 10_000
const MAX_NAME = 30
const MAX_ORDER = 2 ** 32 - 1

const badTag = (id: string) => new ApiError(40068, `invalid tagid ${id}`)
const nameTaken = (name: string) => new ApiError(40071, `tag name already exists: ${name}`)
const notOwn = () => new ApiError(301002, 'no permission: tag was not created by this app')

function nameOf(fields: Fields, name: string): string {
  const value = needText(fields, name)
  if (charsOf(value) > MAX_NAME) throw invalid(name, `at most ${MAX_NAME} characters`)
  return value
}

function orderOf(fields: Fields): number | undefined {
  return integerOf(fields, 'order', 0, MAX_ORDER)
}

export const liveGroups = (world: World) => world.state.tagGroups.filter((group) => !group.deleted)
export const liveTags = (group: TagGroup) => group.tags.filter((tag) => !tag.deleted)

function groupFields(group: TagGroup, tags: Tag[], showDeleted: boolean): object {
  return {
    group_id: group.id,
    group_name: group.name,
    create_time: group.createTime,
    order: group.order,
    ...(showDeleted ? { deleted: group.deleted } : {}),
    tag: tags.map((tag) => ({
      id: tag.id,
      name: tag.name,
      create_time: tag.createTime,
      order: tag.order,
      ...(showDeleted ? { deleted: tag.deleted } : {}),
    })),
  }
}

/** get_corp_tag_list: `deleted` only when asked by id; group_id wins over tag_id. */
function listTags(world: World, body: Fields): object {
  const groupIds = textsOf(body, 'group_id')
  const tagIds = textsOf(body, 'tag_id')
  if (groupIds.length > 0) {
    const groups = world.state.tagGroups.filter((group) => groupIds.includes(group.id))
    return { tag_group: groups.map((group) => groupFields(group, group.tags, true)) }
  }
  if (tagIds.length > 0) {
    const asked = (group: TagGroup) => group.tags.filter((tag) => tagIds.includes(tag.id))
    const groups = world.state.tagGroups.filter((group) => asked(group).length > 0)
    return { tag_group: groups.map((group) => groupFields(group, asked(group), true)) }
  }
  return { tag_group: liveGroups(world).map((group) => groupFields(group, liveTags(group), false)) }
}

function newTag(world: World, name: string, order: number, own: boolean): Tag {
  return { id: randomId(30, 'et'), name, order, createTime: nowSeconds(world), own, deleted: false }
}

/** Finds the group by id or name, or makes it; it is in the library only once it has a tag. */
function groupFor(world: World, body: Fields, own: boolean): TagGroup {
  const id = textOf(body, 'group_id')
  if (id !== undefined) {
    const group = liveGroups(world).find((entry) => entry.id === id)
    if (!group) throw badTag(id)
    return group
  }
  const name = nameOf(body, 'group_name')
  const order = orderOf(body) ?? 0
  return (
    liveGroups(world).find((group) => group.name === name) ?? {
      ...newTag(world, name, order, own),
      tags: [],
    }
  )
}

/** Adds tags to a group as the app (`own`) or as the console. 40071 when a name is there already. */
export function addTags(
  world: World,
  body: Fields,
  own: boolean,
): { group: TagGroup; added: Tag[] } {
  const asked = objectsOf(body, 'tag', 1, MAX_TAGS)
  if (!asked) throw missing('tag')
  const group = groupFor(world, body, own)
  const added = new Map<string, Tag>()
  for (const fields of asked) {
    const name = nameOf(fields, 'name')
    const order = orderOf(fields) ?? 0
    if (liveTags(group).some((tag) => tag.name === name)) throw nameTaken(name)
    if (!added.has(name)) added.set(name, newTag(world, name, order, own))
  }
  const total = liveGroups(world).reduce((sum, entry) => sum + liveTags(entry).length, 0)
  if (total + added.size > MAX_TAGS) throw new ApiError(40126, 'tag count reaches the limit')
  group.tags.push(...added.values())
  if (!world.state.tagGroups.includes(group)) world.state.tagGroups.push(group)
  world.touched()
  return { group, added: [...added.values()] }
}

/** Renames or reorders a tag or group; only the app's own ones when the app asks (301002). */
export function editTag(world: World, body: Fields, byApp: boolean): 'tag' | 'tag_group' {
  const id = needText(body, 'id')
  const found = findTag(world, id)
  const group = liveGroups(world).find((entry) => entry.id === id)
  const target = found?.tag ?? group
  if (!target) throw badTag(id)
  if (byApp && !target.own) throw notOwn()
  const order = orderOf(body)
  if (body['name'] === undefined && order === undefined) throw missing('name')
  if (body['name'] !== undefined) {
    const name = nameOf(body, 'name')
    const siblings = found ? liveTags(found.group) : liveGroups(world)
    if (siblings.some((entry) => entry.id !== id && entry.name === name)) throw nameTaken(name)
    target.name = name
  }
  if (order !== undefined) target.order = order
  world.touched()
  return found ? 'tag' : 'tag_group'
}

/** Deletes tags and groups; a group left without tags goes too. */
export function deleteTags(world: World, body: Fields, byApp: boolean): void {
  const groupIds = textsOf(body, 'group_id')
  const tagIds = textsOf(body, 'tag_id')
  if (groupIds.length === 0 && tagIds.length === 0) throw missing('tag_id')
  const groups = groupIds.map((id) => {
    const group = liveGroups(world).find((entry) => entry.id === id)
    if (!group) throw badTag(id)
    return group
  })
  const single = tagIds.map((id) => {
    const found = findTag(world, id)
    if (!found) throw badTag(id)
    return found
  })
  const doomed = [...groups.flatMap(liveTags), ...single.map(({ tag }) => tag)]
  if (byApp && [...groups, ...doomed].some((entry) => !entry.own)) throw notOwn()

  for (const tag of doomed) tag.deleted = true
  for (const group of [...groups, ...single.map((found) => found.group)]) {
    if (liveTags(group).length === 0) group.deleted = true
  }
  const gone = new Set(doomed.map((tag) => tag.id))
  for (const ofMember of Object.values(world.state.relations)) {
    for (const relation of Object.values(ofMember)) {
      relation.tagIds = relation.tagIds.filter((id) => !gone.has(id))
    }
  }
  world.touched()
}

/** mark_tag: on the pair, not on the customer; no callback follows (wecom-protocol 3.5). */
function markTag(world: World, body: Fields): object {
  const add = textsOf(body, 'add_tag')
  const remove = textsOf(body, 'remove_tag')
  const userid = needText(body, 'userid')
  const externalUserid = body['external_userid']
  if (!externalUserid) throw new ApiError(41035, 'missing external userid')
  const relation = needRelation(world, userid, needText(body, 'external_userid'))
  if (add.length === 0 && remove.length === 0) throw missing('add_tag')
  for (const id of [...add, ...remove]) if (!findTag(world, id)) throw badTag(id)
  relation.tagIds = [...new Set([...relation.tagIds, ...add])].filter((id) => !remove.includes(id))
  world.touched(relation.userid)
  return {}
}

export const tagEndpoints: Record<string, Endpoint> = {
  'externalcontact/get_corp_tag_list': post((world, { body }) => listTags(world, body)),
  'externalcontact/add_corp_tag': post((world, { body }) => {
    const { group, added } = addTags(world, body, true)
    return { tag_group: groupFields(group, added, false) }
  }),
  'externalcontact/edit_corp_tag': post((world, { body }) => {
    editTag(world, body, true)
    return {}
  }),
  'externalcontact/del_corp_tag': post((world, { body }) => {
    deleteTags(world, body, true)
    return {}
  }),
  'externalcontact/mark_tag': post((world, { body }) => markTag(world, body)),
}
