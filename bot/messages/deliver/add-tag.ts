import { Type } from 'typebox'
import type { BotDeps } from '../../deps.ts'
import { WecomError } from '../../wecom/error-table.ts'
import { tryLock } from '../delivery-lock.ts'
import { lockTagLibrary } from '../tag-library-lock.ts'
import { readPayload, type Delivered, type OutboxRow } from './delivery.ts'

/** Makes one of our tags in WeCom, and its group where WeCom has none. */
const AddTag = Type.Object({ tagId: Type.String({ pattern: '^\\d+$' }) })

interface WecomGroup {
  group_id: string
  group_name: string
  deleted?: boolean
  tag?: { id: string; name: string; deleted?: boolean }[]
}

const NAME_EXISTS = 40_071
/** a reading holds the library for as long as WeCom takes to answer */
const READING_ENDS = { maxWait: 10_000, timeout: 60_000 }
const ADD_PATH = '/cgi-bin/externalcontact/add_corp_tag'
const LIST_PATH = '/cgi-bin/externalcontact/get_corp_tag_list'

/**
 * Makes the tag in WeCom (wecom-protocol 3.5) and stores the ids it got there. One that is there by this name
 * already, made by hand or by a call whose answer was lost, is adopted.
 */
export async function deliverAddTag(deps: BotDeps, row: OutboxRow): Promise<Delivered> {
  const { tagId } = readPayload(AddTag, row)
  const tag = await deps.db.prisma.tag.findUnique({
    where: { id: BigInt(tagId) },
    include: { group: true },
  })
  if (!tag || tag.deletedAt || tag.group.deletedAt)
    return { state: 'cancelled', why: 'the tag was deleted' }
  if (tag.wecomId) return { state: 'sent' }
  // two new tags of a new group, made at once, would make two groups
  const unlock = await tryLock(deps.db.pool, `tag group:${tag.groupId}`)
  if (!unlock)
    return { state: 'waiting', why: 'another tag of this group', delayMs: 500, counts: false }
  try {
    const { group } = tag
    const known = await deps.db.prisma.tagGroup.findUnique({ where: { id: group.id } })
    const groupId = known?.wecomId ?? null
    const made = await makeOrFind(deps, row, { groupId, groupName: group.name, name: tag.name })
    if (!made)
      return {
        state: 'waiting',
        why: 'WeCom knows the name but lists no such tag',
        delayMs: 60_000,
        counts: true,
      }
    return await storeIds(deps, tag, made)
  } finally {
    await unlock()
  }
}

/** A reading of the library that is under way ends first: what it has found of this tag is kept, and never older. */
async function storeIds(
  deps: BotDeps,
  tag: { id: bigint; groupId: bigint },
  made: { groupId: string; tagId: string; isNew: boolean },
): Promise<Delivered> {
  return deps.db.prisma.$transaction(async (tx): Promise<Delivered> => {
    await lockTagLibrary(tx)
    const twin = await tx.tag.findUnique({ where: { wecomId: made.tagId } })
    if (twin && twin.id !== tag.id)
      return { state: 'failed', why: `the tag is in the library already, as tag ${twin.id}` }
    const group = await tx.tagGroup.findUnique({ where: { wecomId: made.groupId } })
    if (!group) {
      await tx.tagGroup.updateMany({
        where: { id: tag.groupId, wecomId: null },
        data: { wecomId: made.groupId },
      })
    }
    await tx.tag.update({
      where: { id: tag.id },
      data: { wecomId: made.tagId, ours: made.isNew },
    })
    return { state: 'sent' }
  }, READING_ENDS)
}

interface Wanted {
  groupId: string | null
  groupName: string
  name: string
}

async function makeOrFind(
  deps: BotDeps,
  row: OutboxRow,
  wanted: Wanted,
): Promise<{ groupId: string; tagId: string; isNew: boolean } | null> {
  const trace = { traceId: row.traceId }
  try {
    const { tag_group: group } = await deps.wecom.post<{ tag_group?: WecomGroup }>(
      ADD_PATH,
      {
        ...(wanted.groupId === null
          ? { group_name: wanted.groupName }
          : { group_id: wanted.groupId }),
        tag: [{ name: wanted.name }],
      },
      trace,
    )
    const found = group && pick([group], wanted)
    if (found) return { ...found, isNew: true }
  } catch (error) {
    if (!(error instanceof WecomError) || error.errcode !== NAME_EXISTS) throw error
  }
  const { tag_group: groups = [] } = await deps.wecom.post<{ tag_group?: WecomGroup[] }>(
    LIST_PATH,
    wanted.groupId === null ? {} : { group_id: [wanted.groupId] },
    trace,
  )
  const found = pick(groups, wanted)
  // it may be ours by a lost answer, or another's: what we can't prove we don't claim
  return found && { ...found, isNew: false }
}

function pick(groups: WecomGroup[], wanted: Wanted): { groupId: string; tagId: string } | null {
  for (const group of groups) {
    const isIt =
      wanted.groupId === null
        ? group.group_name === wanted.groupName
        : group.group_id === wanted.groupId
    const tag = isIt
      ? group.tag?.find(({ name, deleted }) => name === wanted.name && !deleted)
      : undefined
    if (tag) return { groupId: group.group_id, tagId: tag.id }
  }
  return null
}
