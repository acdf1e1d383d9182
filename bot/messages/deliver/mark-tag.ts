import { Type } from 'typebox'
import { Prisma } from '../../../prisma/db.ts'
import type { BotDeps } from '../../deps.ts'
import { tryLock } from '../delivery-lock.ts'
import { readPayload, type Delivered, type OutboxRow } from './delivery.ts'

const Id = Type.String({ pattern: '^\\d+$' })

/** Puts tags on one relation and takes tags off it; ids are ours. */
const MarkTag = Type.Object({ relationId: Id, add: Type.Array(Id), remove: Type.Array(Id) })

interface TagNow {
  id: bigint
  wecomId: string | null
  isDeleted: boolean
  /** whether the customer has it now; null where nothing says so */
  isOn: boolean | null
  /** what became of the row that makes it in WeCom; null where there is none */
  making: 'ahead' | 'failed' | null
}

/**
 * Marks a relation's tags in WeCom (wecom-protocol 3.5). Calls of one relation go one at a time, and each does
 * only what still holds: a tag that was taken off again since is not put on, so that calls which overtake each
 * other end at the same tags. WeCom sends no callback for it: what it holds now is written here.
 */
export async function deliverMarkTag(deps: BotDeps, row: OutboxRow): Promise<Delivered> {
  const asked = readPayload(MarkTag, row)
  const relationId = BigInt(asked.relationId)
  const unlock = await tryLock(deps.db.pool, `relation tags:${relationId}`)
  if (!unlock) {
    return { state: 'waiting', why: 'another call of this relation', delayMs: 500, counts: false }
  }
  try {
    return await mark(deps, row, relationId, asked)
  } finally {
    await unlock()
  }
}

async function mark(
  deps: BotDeps,
  row: OutboxRow,
  relationId: bigint,
  asked: { add: string[]; remove: string[] },
): Promise<Delivered> {
  const relation = await deps.db.prisma.relation.findUnique({
    where: { id: relationId },
    select: {
      endedAt: true,
      customerId: true,
      customer: { select: { externalUserid: true } },
      employee: { select: { userid: true } },
    },
  })
  if (!relation?.customer.externalUserid || relation.endedAt) {
    return { state: 'cancelled', why: 'the relation has ended' }
  }
  const tags = await readTags(deps, relation.customerId, [...asked.add, ...asked.remove])
  const add = tags.filter((tag) => isIn(asked.add, tag) && !tag.isDeleted && tag.isOn !== false)
  const remove = tags.filter((tag) => isIn(asked.remove, tag) && tag.wecomId && tag.isOn !== true)
  const unmade = add.find((tag) => tag.wecomId === null)
  if (unmade?.making === 'failed')
    return { state: 'failed', why: `tag ${unmade.id} could not be made in WeCom` }
  if (unmade) {
    return {
      state: 'waiting',
      why: `tag ${unmade.id} is not made in WeCom yet`,
      delayMs: 3_000,
      counts: unmade.making === null,
    }
  }
  if (add.length > 0 || remove.length > 0) {
    await deps.wecom.post(
      '/cgi-bin/externalcontact/mark_tag',
      {
        userid: relation.employee.userid,
        external_userid: relation.customer.externalUserid,
        ...(add.length > 0 && { add_tag: add.map((tag) => tag.wecomId) }),
        ...(remove.length > 0 && { remove_tag: remove.map((tag) => tag.wecomId) }),
      },
      { traceId: row.traceId },
    )
    await remember(deps, relationId, add, remove)
  }
  return { state: 'sent' }
}

function isIn(ids: string[], tag: TagNow): boolean {
  return ids.includes(tag.id.toString())
}

async function readTags(deps: BotDeps, customerId: bigint, ids: string[]): Promise<TagNow[]> {
  return deps.db.prisma.$queryRaw<TagNow[]>(Prisma.sql`
    select t.id, t.wecom_id as "wecomId", t.deleted_at is not null as "isDeleted",
      case when c.tag_id is not null then c.removed_at is null end as "isOn",
      (select case when o.state in ('failed', 'cancelled') then 'failed' else 'ahead' end
        from outbox o where o.dedupe_key = 'add_tag:' || t.id) as making
    from tag t
    left join customer_tag c on c.tag_id = t.id and c.customer_id = ${customerId}
    where t.id = any(${ids.map(BigInt)}::bigint[])`)
}

/** Before the lock is given back: the next call of this relation, and a sync, find it. */
async function remember(
  deps: BotDeps,
  relationId: bigint,
  add: TagNow[],
  remove: TagNow[],
): Promise<void> {
  await deps.db.prisma.$transaction([
    deps.db.prisma.relationTag.createMany({
      data: add.map((tag) => ({ relationId, tagId: tag.id })),
      skipDuplicates: true,
    }),
    deps.db.prisma.relationTag.deleteMany({
      where: { relationId, tagId: { in: remove.map((tag) => tag.id) } },
    }),
  ])
}
