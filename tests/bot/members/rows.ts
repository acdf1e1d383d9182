import type { BotDeps } from '../../../bot/deps.ts'
import type { Db } from '../../../prisma/db.ts'

/** Stores an employee as the chain's import would. */
export async function anEmployee(
  db: Db,
  row: { userid: string; name?: string; role?: 'guide' | 'manager' | 'hq'; storeNo?: string },
): Promise<bigint> {
  const made = await db.employee.create({
    data: {
      userid: row.userid,
      useridKey: row.userid.toLowerCase(),
      name: row.name ?? row.userid,
      role: row.role ?? 'guide',
      storeNo: row.storeNo ?? null,
    },
  })
  return made.id
}

/** Stores an open task of a guide about a customer. */
export async function aTask(
  deps: BotDeps,
  row: { customerId: bigint; assigneeId: bigint; occurrence?: string; storeNo?: string },
): Promise<bigint> {
  const now = deps.clock.now()
  const days = (count: number) => new Date(now.getTime() + count * 86_400_000)
  const made = await deps.db.prisma.task.create({
    data: {
      customerId: row.customerId,
      kind: 'birthday',
      occurrence: row.occurrence ?? '2026',
      ruleVersion: 1,
      facts: { month: 11, day: 24, inDays: 2, lunar: false, turns: null },
      state: 'open',
      assigneeId: row.assigneeId,
      assigneeRule: 4,
      storeNo: row.storeNo ?? null,
      scanDay: new Date('2026-11-22'),
      dueAt: days(2),
      diesAt: days(7),
      traceId: 'test',
      createdAt: now,
      updatedAt: now,
    },
  })
  return made.id
}

/** Waiting mark_tag calls as `userid +tag -tag`, by the tags' names. */
export async function waitingMarks(db: Db): Promise<string[]> {
  const rows = await db.outbox.findMany({ where: { kind: 'mark_tag', state: 'pending' } })
  const tags = await db.tag.findMany()
  const nameOf = (id: string) => tags.find((tag) => String(tag.id) === id)?.name ?? id
  return rows
    .map((row) => {
      const payload = row.payload as { userid: string; add: string[]; remove: string[] }
      const add = payload.add.map((id) => `+${nameOf(id)}`).sort()
      const remove = payload.remove.map((id) => `-${nameOf(id)}`).sort()
      return [payload.userid, ...add, ...remove].join(' ')
    })
    .sort()
}

/** Does to our rows what delivering all waiting mark_tag calls does. */
export async function deliverMarks(deps: BotDeps): Promise<void> {
  const db = deps.db.prisma
  for (const row of await db.outbox.findMany({ where: { kind: 'mark_tag', state: 'pending' } })) {
    const { relationId, add, remove } = row.payload as Record<'relationId', string> &
      Record<'add' | 'remove', string[]>
    const of = (tagId: string) => ({ relationId: BigInt(relationId), tagId: BigInt(tagId) })
    await db.relationTag.createMany({ data: add.map(of), skipDuplicates: true })
    for (const tagId of remove) await db.relationTag.deleteMany({ where: of(tagId) })
    await db.outbox.update({
      where: { id: row.id },
      data: { state: 'sent', sentAt: deps.clock.now() },
    })
  }
}

/** Live tags of a customer as `name:origin`. */
export async function tagsOf(db: Db, externalUserid: string): Promise<string[]> {
  const rows = await db.customerTag.findMany({
    where: { customer: { externalUserid }, removedAt: null },
    select: { origin: true, tag: { select: { name: true } } },
  })
  return rows.map((row) => `${row.tag.name}:${row.origin}`).sort()
}

/** Relations of a customer as `userid live`, `userid half` or `userid ended by …`. */
export async function relationsOf(db: Db, externalUserid: string): Promise<string[]> {
  const rows = await db.relation.findMany({
    where: { customer: { externalUserid } },
    select: { half: true, endedAt: true, endedBy: true, employee: { select: { userid: true } } },
  })
  return rows
    .map((row) => {
      if (row.endedAt !== null) return `${row.employee.userid} ended by ${row.endedBy}`
      return `${row.employee.userid} ${row.half ? 'half' : 'live'}`
    })
    .sort()
}
