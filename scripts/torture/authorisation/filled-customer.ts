import { aCoupon, aTask, aTouch, someStats } from '../../../tests/support/chain.ts'
import type { House } from './house.ts'

/** What nobody may be shown of a customer, whoever asks; and what only one answer may hold. */
export interface Hidden {
  /** only in the answer of its reveal */
  mobile: string
  /** only in the answer of its reveal */
  birthYear: string
  /** in no answer, to nobody */
  never: Record<string, string>
}

const MOBILE = '13957246813'
const BIRTH_YEAR = 1987

/** Gives the house's customer everything a customer can have, each hidden thing recognisable. */
export async function fillCustomer(house: House): Promise<Hidden> {
  const { db, people, deps } = house
  const { customer, guide, otherGuide } = people
  const mobileEnc = Buffer.from(deps.cipher.encrypt(MOBILE))
  const mobileHash = Buffer.from(deps.cipher.blindIndex(MOBILE))
  await db.prisma.customer.update({
    where: { id: customer.id },
    data: {
      mobileEnc,
      mobileHash,
      unionid: 'oUnionOfTheCustomer',
      birthYear: BIRTH_YEAR,
      birthdayMd: 520,
      joinedAt: new Date('2025-01-01T00:00:00Z'),
      guideUserid: guide.userid,
      source: 'source-of-the-customer',
      attributes: { shoe: 'attribute-of-the-customer' },
    },
  })
  await db.prisma.relation.updateMany({
    where: { customerId: customer.id, employeeId: guide.id },
    data: { remark: '我的备注', description: 'description-of-the-relation', state: 'poster-7' },
  })
  await db.prisma.relation.create({
    data: {
      customerId: customer.id,
      employeeId: otherGuide.id,
      addedAt: new Date('2025-02-01T00:00:00Z'),
      endedAt: new Date('2025-03-01T00:00:00Z'),
      endedBy: 'customer',
      remark: 'remark-of-the-colleague',
    },
  })
  await someStats(db, customer, { purchaseDays: 4, cycleDays: 30, lastPurchaseDay: '2026-10-01' })
  await db.prisma.order.create({
    data: {
      orderNo: 'ORDER-1',
      memberNo: customer.memberNo ?? '',
      customerId: customer.id,
      storeNo: 'S1',
      paidAt: new Date('2026-10-01T04:00:00Z'),
      paidDay: new Date('2026-10-01'),
      amountFen: 10_000n,
      status: 'paid',
      guideUserid: guide.userid,
      items: { create: [{ line: 1, sku: 'A', name: '外套', quantity: 1, amountFen: 10_000n }] },
    },
  })
  await aCoupon(db, customer, '2026-12-01')
  await db.prisma.pointsEntry.create({
    data: {
      entryNo: 'POINTS-1',
      memberNo: customer.memberNo ?? '',
      customerId: customer.id,
      kind: 'earn',
      points: 50,
      occurredAt: new Date('2026-10-01T04:00:00Z'),
      expiresAt: new Date('2026-12-01T04:00:00Z'),
    },
  })
  const group = await db.prisma.tagGroup.create({
    data: { name: '喜好', dimension: 'behaviour', wecomId: 'wecom-id-of-the-group' },
  })
  const tag = await db.prisma.tag.create({
    data: { groupId: group.id, name: '爱茶', wecomId: 'wecom-id-of-the-tag' },
  })
  await db.prisma.customerTag.create({
    data: {
      customerId: customer.id,
      tagId: tag.id,
      origin: 'guide',
      originBy: guide.userid,
      evidence: { why: 'evidence-of-the-tag' },
      addedAt: new Date('2026-01-01T00:00:00Z'),
    },
  })
  await aTouch(db, customer, guide, '2026-11-01T04:00:00Z')
  await db.prisma.note.create({
    data: { customerId: customer.id, employeeId: guide.id, text: '喜欢绿茶', at: new Date() },
  })
  await aTask(db, customer, guide)
  return {
    mobile: MOBILE,
    birthYear: String(BIRTH_YEAR),
    never: {
      'the encrypted mobile': mobileEnc.toString('base64'),
      'the encrypted mobile as hex': mobileEnc.toString('hex'),
      'the blind index': mobileHash.toString('base64'),
      'the blind index as hex': mobileHash.toString('hex'),
      'the unionid': 'oUnionOfTheCustomer',
      'a chain attribute': 'attribute-of-the-customer',
      'the source': 'source-of-the-customer',
      'a relation’s description': 'description-of-the-relation',
      'a colleague’s remark': 'remark-of-the-colleague',
      'a tag’s id in WeCom': 'wecom-id-of-the-tag',
      'a tag’s evidence': 'evidence-of-the-tag',
      'the Secret': deps.config.agentSecret,
      'the callback’s Token': deps.config.callbackToken,
      'the EncodingAESKey': deps.config.callbackAesKey,
      SESSION_KEY: deps.config.sessionKey,
      DATA_KEY: deps.config.dataKey,
      'the access_token': 'test-access_token',
      'the jsapi_ticket': 'test-jsapi_ticket',
      'the agent_ticket': 'test-agent_ticket',
    },
  }
}
