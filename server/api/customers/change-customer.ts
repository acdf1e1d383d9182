import { retag } from '../../../bot/members/retag.ts'
import { addToOutbox } from '../../../bot/messages/outbox.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import type { SignedIn } from '../../session.ts'
import { readBirthday } from './birthday-text.ts'
import { visibleCustomer } from './visible-customer.ts'

export interface CustomerEdit {
  birthday?: string
  /** the birthday is of the Chinese calendar */
  lunarBirthday?: boolean
  remark?: string
  note?: string
}

/** One edit with where and when it happens. */
interface Edit {
  deps: AppDeps
  user: SignedIn
  customerId: bigint
  now: Date
  traceId: string
}

/**
 * Writes what a guide learnt: the birthday, the remark in WeCom, a note. All of it holds, or none.
 *
 * @throws CUSTOMER_NOT_FOUND; BAD_INPUT for a birthday that no calendar has, or a remark without a relation
 */
export async function changeCustomer(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
  change: CustomerEdit,
  traceId: string,
): Promise<void> {
  const now = deps.clock.now()
  await deps.db.prisma.$transaction(async (tx) => {
    const id = await visibleCustomer(tx, user, customerId, { lock: true })
    const edit: Edit = { deps, user, customerId: id, now, traceId }
    if (change.birthday !== undefined) {
      await writeBirthday(tx, edit, change.birthday, change.lunarBirthday ?? false)
      await retag(tx, deps, [id], edit)
    } else if (change.lunarBirthday !== undefined) {
      throw badField('lunarBirthday', 'needs birthday beside it.')
    }
    if (change.remark !== undefined) await writeRemark(tx, edit, change.remark)
    if (change.note !== undefined) await writeNote(tx, edit, change.note)
  })
}

async function writeBirthday(
  tx: Prisma.TransactionClient,
  edit: Edit,
  text: string,
  lunar: boolean,
): Promise<void> {
  const { deps, customerId, now, user } = edit
  const birthday = readBirthday(text, { today: businessDay(now, deps.zone), lunar })
  if (!birthday) {
    throw badField('birthday', 'must be a day that exists, such as 1990-05-20 or 05-20.')
  }
  await tx.customer.update({
    where: { id: customerId },
    data: {
      birthYear: birthday.year,
      birthdayMd: birthday.md,
      birthdayLunar: lunar,
      updatedAt: now,
    },
    select: { id: true },
  })
  await tx.auditLog.create({
    data: {
      at: now,
      actor: user.userid,
      action: 'change_birthday',
      subject: `customer:${customerId}`,
    },
  })
}

/** The remark belongs to the guide's own relation; WeCom takes at most 20 characters (wecom-protocol 3.4). */
async function writeRemark(tx: Prisma.TransactionClient, edit: Edit, text: string): Promise<void> {
  const { customerId, now, user, traceId } = edit
  const remark = text.trim()
  const relation = await tx.relation.findFirst({
    where: { customerId, employeeId: BigInt(user.id), endedAt: null, half: false },
    select: { id: true, customer: { select: { externalUserid: true } } },
  })
  if (!relation?.customer.externalUserid) {
    throw badField('remark', 'needs a customer who is your contact in WeCom.')
  }
  await tx.relation.update({ where: { id: relation.id }, data: { remark }, select: { id: true } })
  await addToOutbox(tx, now, [
    {
      kind: 'remark',
      dedupeKey: `remark:${relation.id}:${traceId}`,
      payload: { userid: user.userid, externalUserid: relation.customer.externalUserid, remark },
      customerId,
      traceId,
    },
  ])
}

/** Adds a note to a customer that is locked and in scope. */
async function writeNote(tx: Prisma.TransactionClient, edit: Edit, text: string): Promise<void> {
  await tx.note.create({
    data: {
      customerId: edit.customerId,
      employeeId: BigInt(edit.user.id),
      text,
      at: edit.now,
    },
    select: { id: true },
  })
}
