import type { AppDeps } from '../../deps.ts'
import type { SignedIn } from '../../session.ts'
import { visibleCustomer } from './visible-customer.ts'

/**
 * The full mobile number, once its reveal is written down; null where none is known.
 *
 * @throws CUSTOMER_NOT_FOUND
 */
export async function revealMobile(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
): Promise<string | null> {
  return deps.db.prisma.$transaction(async (tx) => {
    const id = await visibleCustomer(tx, user, customerId)
    const { mobileEnc } = await tx.customer.findUniqueOrThrow({
      where: { id },
      select: { mobileEnc: true },
    })
    await tx.auditLog.create({
      data: {
        at: deps.clock.now(),
        actor: user.userid,
        action: 'reveal_mobile',
        subject: `customer:${customerId}`,
        detail: { known: mobileEnc !== null },
      },
    })
    return mobileEnc === null ? null : deps.cipher.decrypt(mobileEnc)
  })
}
