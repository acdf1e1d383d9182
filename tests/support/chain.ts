import { settleBought } from '../../bot/members/settle-bought.ts'
import type { CustomerFilter } from '../../domain/customer-filter.ts'
import type { Database, Prisma } from '../../prisma/db.ts'

/** Rows of a small chain, each with what tests leave out filled in. */

let serial = 0
const next = (): number => (serial += 1)

/** An employee: a guide of store S1 unless said otherwise. */
export async function aGuide(
  db: Database,
  parts: Partial<Prisma.EmployeeUncheckedCreateInput> = {},
): Promise<{ id: bigint; userid: string }> {
  const userid = parts.userid ?? `guide${next()}`
  return await db.prisma.employee.create({
    data: { name: '王小明', storeNo: 'S1', ...parts, userid, useridKey: userid.toLowerCase() },
    select: { id: true, userid: true },
  })
}

/** A customer; with `guides`, a live relation with each of them, the first one's the oldest. */
export async function aCustomer(
  db: Database,
  parts: Partial<Prisma.CustomerUncheckedCreateInput> = {},
  guides: { id: bigint }[] = [],
): Promise<{ id: bigint; memberNo: string | null }> {
  const n = next()
  const customer = await db.prisma.customer.create({
    data: {
      memberNo: `M${n}`,
      externalUserid: `wm${n}`,
      name: '张晓雯',
      gender: 'female',
      ...parts,
    },
    select: { id: true, memberNo: true },
  })
  for (const [i, guide] of guides.entries()) {
    await aRelation(db, customer, guide, { addedAt: new Date(Date.UTC(2025, 0, 1 + i)) })
  }
  return customer
}

export async function aRelation(
  db: Database,
  customer: { id: bigint },
  guide: { id: bigint },
  parts: Partial<Prisma.RelationUncheckedCreateInput> = {},
): Promise<void> {
  await db.prisma.relation.create({
    data: {
      customerId: customer.id,
      employeeId: guide.id,
      addedAt: new Date('2025-01-01T00:00:00Z'),
      ...parts,
    },
  })
}

/** A customer's statistics, as the import keeps them. Days are written YYYY-MM-DD. */
export async function someStats(
  db: Database,
  customer: { id: bigint },
  parts: Omit<Partial<Prisma.CustomerStatsUncheckedCreateInput>, 'lastPurchaseDay'> & {
    lastPurchaseDay?: string
  } = {},
): Promise<void> {
  const { lastPurchaseDay, ...rest } = parts
  const stats = {
    asOf: new Date('2026-11-22'),
    holdsUntil: new Date('9999-12-31'),
    ...(lastPurchaseDay && {
      lastPurchaseDay: new Date(lastPurchaseDay),
      lastPaidAt: new Date(`${lastPurchaseDay}T04:00:00Z`),
      lastOrderNo: `O-${customer.id}-${lastPurchaseDay}`,
    }),
    ...rest,
  }
  await db.prisma.customerStats.upsert({
    where: { customerId: customer.id },
    create: { customerId: customer.id, ...stats },
    update: stats,
  })
}

export async function aCoupon(
  db: Database,
  customer: { id: bigint; memberNo: string | null },
  expiresDay: string,
  parts: Partial<Prisma.CouponUncheckedCreateInput> = {},
): Promise<string> {
  const couponNo = parts.couponNo ?? `C${next()}`
  await db.prisma.coupon.create({
    data: {
      memberNo: customer.memberNo ?? '',
      customerId: customer.id,
      name: '满200减50',
      faceValueFen: 5000n,
      minSpendFen: 20000n,
      issuedAt: new Date('2026-10-01T00:00:00Z'),
      expiresAt: new Date(`${expiresDay}T15:59:59Z`),
      expiresDay: new Date(expiresDay),
      status: 'issued',
      ...parts,
      couponNo,
    },
  })
  return couponNo
}

/** A sent message in a customer's ledger of contacts, with what is kept of it beside its task. */
export async function aTouch(
  db: Database,
  customer: { id: bigint },
  guide: { id: bigint },
  at: string,
  parts: Partial<Prisma.TouchUncheckedCreateInput> = {},
): Promise<void> {
  await db.prisma.touch.create({
    data: {
      customerId: customer.id,
      employeeId: guide.id,
      channel: 'sidebar',
      text: '您好',
      result: 'sent',
      at: new Date(at),
      ...parts,
    },
  })
  if (parts.taskId && (parts.result ?? 'sent') === 'sent') {
    await db.prisma.task.updateMany({
      where: { id: parts.taskId, OR: [{ sentAt: null }, { sentAt: { gt: new Date(at) } }] },
      data: { sentAt: new Date(at) },
    })
  }
  await db.prisma.$transaction((tx) => settleBought(tx, [customer.id]))
}

/** A task made by hand; a live birthday task of today's scan unless said otherwise. */
export async function aTask(
  db: Database,
  customer: { id: bigint },
  guide: { id: bigint },
  parts: Partial<Prisma.TaskUncheckedCreateInput> = {},
): Promise<bigint> {
  const at = new Date('2026-11-22T00:55:00Z')
  const { id } = await db.prisma.task.create({
    data: {
      customerId: customer.id,
      kind: 'birthday',
      occurrence: `test-${next()}`,
      ruleVersion: 1,
      facts: { day: '2026-11-24', md: 1124, lunar: false, daysUntil: 2 },
      assigneeId: guide.id,
      assigneeRule: 1,
      scanDay: new Date('2026-11-22'),
      dueAt: new Date('2026-11-24T15:59:59Z'),
      diesAt: new Date('2026-11-24T15:59:59Z'),
      traceId: 'test',
      createdAt: at,
      updatedAt: at,
      ...parts,
    },
    select: { id: true },
  })
  return id
}

/** A tag of our library, in a group of its own. */
export async function aTag(db: Database, name: string): Promise<bigint> {
  const group = await db.prisma.tagGroup.create({ data: { name, dimension: 'behaviour' } })
  const tag = await db.prisma.tag.create({ data: { groupId: group.id, name, ours: true } })
  return tag.id
}

/** A version of an automatic tag's rule. */
export async function aTagRule(
  db: Database,
  code: string,
  tagId: bigint,
  filter: CustomerFilter,
  parts: { version?: number; enabled?: boolean; validDays?: number } = {},
): Promise<void> {
  await db.prisma.tagRule.create({
    data: {
      code,
      tagId,
      // plain JSON, which an interface is not to the compiler
      filter: { ...filter } as Prisma.InputJsonObject,
      name: code,
      version: 1,
      createdAt: new Date('2026-11-01T00:00:00Z'),
      ...parts,
    },
  })
}
