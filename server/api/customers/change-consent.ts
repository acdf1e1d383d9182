import { retag } from '../../../bot/members/retag.ts'
import { cancelTasks } from '../../../bot/tasks/change.ts'
import type { ConsentLevel } from '../../../domain/words.ts'
import type { Db } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { ConsentIsCustomers } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { visibleCustomer } from './visible-customer.ts'

/**
 * Writes down a customer's will to be contacted. “No more” cancels their tasks at once and is kept until the
 * customer takes it back (domain-rules 10).
 *
 * @param source where the will was heard; `customer` when the customer says it themselves
 * @throws CUSTOMER_NOT_FOUND, CONSENT_IS_CUSTOMERS
 */
export async function changeConsent(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
  { consent, source }: { consent: ConsentLevel; source: string },
  traceId: string,
): Promise<void> {
  const now = deps.clock.now()
  const endTasks = (tx: Db, id: bigint) =>
    cancelTasks(tx, deps, {
      customerId: id,
      why: 'no_more',
      via: 'sidebar',
      actor: user.userid,
      now,
    })
  const customer = await deps.db.prisma.$transaction(async (tx) => {
    const id = await visibleCustomer(tx, user, customerId, { lock: true })
    const before = await tx.customer.findUniqueOrThrow({
      where: { id },
      select: { consent: true },
    })
    if (before.consent === 'none' && consent !== 'none' && source !== 'customer') {
      throw new ConsentIsCustomers()
    }
    await tx.consent.create({
      data: { customerId: id, consent, source, by: user.userid, at: now },
      select: { id: true },
    })
    if (before.consent !== consent) {
      await tx.customer.update({
        where: { id },
        data: { consent, updatedAt: now },
        select: { id: true },
      })
      await retag(tx, deps, [id], { now, traceId })
    }
    if (consent === 'none') await endTasks(tx, id)
    return id
  })
  // a scan that ended meanwhile could not see the will, and its tasks could not be seen before
  if (consent === 'none') await deps.db.prisma.$transaction((tx) => endTasks(tx, customer))
}
