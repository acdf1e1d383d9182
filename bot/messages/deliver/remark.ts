import { Type } from 'typebox'
import type { BotDeps } from '../../deps.ts'
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

/** Writes the remark to WeCom. Writing it twice is writing it once. */
export async function deliverRemark(deps: BotDeps, row: OutboxRow): Promise<Delivered> {
  const { userid, externalUserid, remark, description, remarkCompany, remarkMobiles } = readPayload(
    Remark,
    row,
  )
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
  return { state: 'sent' }
}
