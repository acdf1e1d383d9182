import { Type, type Static } from 'typebox'
import { Prisma } from '../../../prisma/db.ts'
import type { BotDeps } from '../../deps.ts'
import { tryLock } from '../delivery-lock.ts'
import { readPayload, type Delivered, type OutboxRow } from './delivery.ts'

/** What a guide notes about a customer in WeCom; what is left out stays (wecom-protocol 3.4). */
const Remark = Type.Object({
  userid: Type.String({ minLength: 1 }),
  externalUserid: Type.String({ minLength: 1 }),
  /** at most 20 characters */
  remark: Type.Optional(Type.String()),
  /** at most 150 characters */
  description: Type.Optional(Type.String()),
  remarkCompany: Type.Optional(Type.String()),
  /** overwrites; an empty list clears */
  remarkMobiles: Type.Optional(Type.Array(Type.String())),
})
type Remark = Static<typeof Remark>

/**
 * Writes the remark to WeCom. Writing it twice is writing it once. Calls of one relation go one at a time, and one that
 * was written again since is not made, so that calls which overtake each other end at the newest words.
 */
export async function deliverRemark(deps: BotDeps, row: OutboxRow): Promise<Delivered> {
  const remark = readPayload(Remark, row)
  const { userid, externalUserid } = remark
  const relation = `relation remark:${userid.toLowerCase()}:${externalUserid}`
  const unlock = await tryLock(deps.db.pool, relation)
  if (!unlock) {
    return { state: 'waiting', why: 'another call of this relation', delayMs: 500, counts: false }
  }
  try {
    if (await isOlder(deps, row, userid))
      return { state: 'cancelled', why: 'the remark was written again' }
    await write(deps, row, remark)
    return { state: 'sent' }
  } finally {
    await unlock()
  }
}

/** Whether a later row writes to the same relation: rows of one relation are stored one after the other. */
async function isOlder(deps: BotDeps, row: OutboxRow, userid: string): Promise<boolean> {
  const newer = await deps.db.prisma.$queryRaw<unknown[]>(Prisma.sql`
    select 1 from outbox where customer_id = ${row.customerId} and kind = 'remark' and id > ${row.id}
      and lower(payload ->> 'userid') = ${userid.toLowerCase()} limit 1`)
  return newer.length > 0
}

async function write(
  deps: BotDeps,
  row: OutboxRow,
  { userid, externalUserid, remark, description, remarkCompany, remarkMobiles }: Remark,
): Promise<void> {
  await deps.wecom.post(
    '/cgi-bin/externalcontact/remark',
    {
      userid,
      external_userid: externalUserid,
      ...(remark !== undefined && { remark }),
      ...(description !== undefined && { description }),
      ...(remarkCompany !== undefined && { remark_company: remarkCompany }),
      ...(remarkMobiles && { remark_mobiles: remarkMobiles.length > 0 ? remarkMobiles : [''] }),
    },
    { traceId: row.traceId },
  )
}
