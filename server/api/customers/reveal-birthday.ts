import type { AppDeps } from '../../deps.ts'
import type { SignedIn } from '../../session.ts'
import { birthdayText } from './birthday-text.ts'
import { visibleCustomer } from './visible-customer.ts'

/**
 * The birthday with its year, as far as it is known, once its reveal is written down.
 *
 * @throws CUSTOMER_NOT_FOUND
 */
export async function revealBirthday(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
): Promise<string | null> {
  return deps.db.prisma.$transaction(async (tx) => {
    const id = await visibleCustomer(tx, user, customerId)
    const { birthYear, birthdayMd } = await tx.customer.findUniqueOrThrow({
      where: { id },
      select: { birthYear: true, birthdayMd: true },
    })
    await tx.auditLog.create({
      data: {
        at: deps.clock.now(),
        actor: user.userid,
        action: 'reveal_birthday',
        subject: `customer:${customerId}`,
        detail: { known: birthYear !== null },
      },
    })
    return birthdayText(birthYear, birthdayMd)
  })
}
