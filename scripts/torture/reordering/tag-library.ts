import fc from 'fast-check'
import { handleCallback } from '../../../bot/callbacks/handle.ts'
import { eventXml } from '../support/event-xml.ts'
import type { PlainTagGroup } from '../support/plain-wecom.ts'
import type { Ground } from './play-back.ts'

const CHANGES = [
  'create group',
  'create tag',
  'rename tag',
  'delete tag',
  'delete group',
  'shuffle',
] as const

/** Changes of the tag library, how long each of their events stays under way, and how long it is quiet then. */
export interface LibraryHistory {
  changes: { what: (typeof CHANGES)[number]; pick: number; lateMs: number; restMs: number }[]
}

export const libraryHistories: fc.Arbitrary<LibraryHistory> = fc.record({
  changes: fc.array(
    fc.record({
      what: fc.constantFrom(...CHANGES),
      pick: fc.nat({ max: 1000 }),
      lateMs: fc.integer({ min: 0, max: 40 }),
      restMs: fc.integer({ min: 0, max: 60 }),
    }),
    { minLength: 4, maxLength: 14 },
  ),
})

let serial = 0

/**
 * Changes the library while the events about earlier changes are still being handled, several at a time, each late by
 * its own few milliseconds.
 *
 * @returns whether what we hold in the end is what WeCom holds
 */
export async function tellOfTags(ground: Ground, { changes }: LibraryHistory): Promise<boolean> {
  const { wecom } = ground
  // the library of the history before, and what we hold of it
  wecom.tagGroups.clear()
  await ground.deps.db.pool.query('truncate tag_group cascade')
  const handled: Promise<void>[] = []
  for (const { what, pick, lateMs, restMs } of changes) {
    serial += 1
    const fields = apply(wecom.tagGroups, what, pick, `${serial}`)
    if (!fields) continue
    const { change, ...rest } = fields
    const seconds = 1_790_000_000 + serial
    const xml = eventXml(ground.corpId, { event: `change_external_tag/${change}`, seconds }, rest)
    handled.push(tellLate(ground, xml, lateMs))
    await pause(restMs)
  }
  await Promise.all(handled)
  const held = await whatWeHold(ground)
  const truth = [...wecom.tagGroups].flatMap(([groupId, group]) =>
    [...group.tags].map(([id, tag]) => `${groupId}/${id} ${tag.name} ${tag.order} ${group.order}`),
  )
  return held.join() === truth.toSorted().join()
}

async function tellLate(ground: Ground, xml: string, lateMs: number): Promise<void> {
  await pause(lateMs)
  await handleCallback(ground.deps, await ground.store(xml))
}

function apply(
  groups: Map<string, PlainTagGroup>,
  what: (typeof CHANGES)[number],
  pick: number,
  id: string,
): ({ change: string } & Record<string, string>) | null {
  const [groupId, group] = [...groups][pick % Math.max(1, groups.size)] ?? []
  const tagId = group && [...group.tags.keys()][pick % Math.max(1, group.tags.size)]
  if (what === 'create group' || groupId === undefined || group === undefined) {
    const tags = new Map([[`et${id}`, { name: `标签${id}`, order: 1 }]])
    groups.set(`etg${id}`, { name: `组${id}`, order: Number(id), tags })
    return { change: 'create', Id: `etg${id}`, TagType: 'tag_group' }
  }
  if (what === 'delete group') {
    groups.delete(groupId)
    return { change: 'delete', Id: groupId, TagType: 'tag_group' }
  }
  if (what === 'create tag' || tagId === undefined) {
    group.tags.set(`et${id}`, { name: `标签${id}`, order: 1 })
    return { change: 'create', Id: `et${id}`, TagType: 'tag' }
  }
  if (what === 'shuffle') {
    let order = Number(id)
    for (const tag of group.tags.values()) tag.order = order++
    return { change: 'shuffle', Id: groupId }
  }
  if (what === 'rename tag') {
    group.tags.set(tagId, { name: `改名${id}`, order: group.tags.get(tagId)?.order ?? 1 })
    return { change: 'update', Id: tagId, TagType: 'tag' }
  }
  group.tags.delete(tagId)
  return { change: 'delete', Id: tagId, TagType: 'tag' }
}

async function whatWeHold({ deps }: Ground): Promise<string[]> {
  const { rows } = await deps.db.pool.query<{ line: string }>(
    `select g.wecom_id || '/' || t.wecom_id || ' ' || t.name || ' ' || t.sort_order || ' ' || g.sort_order as line
     from tag t join tag_group g on g.id = t.group_id where t.deleted_at is null and g.deleted_at is null`,
  )
  return rows.map(({ line }) => line).toSorted()
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms))
}
