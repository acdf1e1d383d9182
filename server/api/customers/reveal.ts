import type { Db } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import type { SignedIn } from '../../session.ts'
import { birthdayText } from './birthday-text.ts'
import { visibleCustomer } from './visible-customer.ts'

/**
 * The full mobile number, once its reveal is written down; null where none is known.
 *
 * @throws CUSTOMER_NOT_FOUND
 */
export function revealMobile(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
): Promise<string | null> {
  return reveal(deps, user, customerId, 'reveal_mobile', async (tx, id) => {
    const { mobileEnc } = await tx.customer.findUniqueOrThrow({
      where: { id },
      select: { mobileEnc: true },
    })
    const text = mobileEnc === null ? null : deps.cipher.decrypt(mobileEnc)
    return { text, known: mobileEnc !== null }
  })
}

/**
 * The birthday with its year, as far as it is known, once its reveal is written down.
 *
 * @throws CUSTOMER_NOT_FOUND
 */
export function revealBirthday(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
): Promise<string | null> {
  return reveal(deps, user, customerId, 'reveal_birthday', async (tx, id) => {
    const { birthYear, birthdayMd } = await tx.customer.findUniqueOrThrow({
      where: { id },
      select: { birthYear: true, birthdayMd: true },
    })
    return { text: birthdayText(birthYear, birthdayMd), known: birthYear !== null }
  })
}

/** Reads what is hidden and writes down who asked for it, both or neither. */
function reveal(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
  action: string,
  read: (tx: Db, id: bigint) => Promise<{ text: string | null; known: boolean }>,
): Promise<string | null> {
  return deps.db.prisma.$transaction(async (tx) => {
    const { text, known } = await read(tx, await visibleCustomer(tx, user, customerId))
    await tx.auditLog.create({
      data: {
        at: deps.clock.now(),
        actor: user.userid,
        action,
        subject: `customer:${customerId}`,
        detail: { known },
      },
    })
    return text
  })
}
