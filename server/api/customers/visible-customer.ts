import { Prisma, type Db } from '../../../prisma/db.ts'
import { CustomerNotFound } from '../../errors.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'

/**
 * The customer's id when it lies in the person's scope.
 *
 * @param options.lock takes the row for the rest of the transaction
 * @throws CUSTOMER_NOT_FOUND, also for somebody else's
 */
export async function visibleCustomer(
  tx: Db,
  user: SignedIn,
  customerId: string,
  options: { lock?: boolean } = {},
): Promise<bigint> {
  const lock = options.lock ? Prisma.sql`for no key update of c` : Prisma.empty
  const found = await tx.$queryRaw<unknown[]>(
    Prisma.sql`select 1 from customer c
      where c.id = ${customerId}::bigint and ${scope.customers(user)} ${lock}`,
  )
  if (found.length === 0) throw new CustomerNotFound()
  return BigInt(customerId)
}
