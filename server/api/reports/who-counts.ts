import { Prisma } from '../../../prisma/db.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'

/** One store's customers and guides, or one guide's. */
export interface WhoFilter {
  store?: string
  guide?: string
}

/**
 * Whose figures a report counts: customers at their home store, so that each counts once and stores add up to the
 * chain; of one guide, those with a live relation with them.
 */
export function whoCounts(user: SignedIn, { store, guide }: WhoFilter) {
  const everybody = user.role === 'hq' && store === undefined && guide === undefined
  const home = store === undefined ? Prisma.sql`true` : Prisma.sql`c.store_no = ${store}`
  const friends =
    guide === undefined
      ? Prisma.sql`true`
      : Prisma.sql`c.id in (select r.customer_id from relation r join employee g on g.id = r.employee_id
          where g.userid_key = ${guide.toLowerCase()} and r.ended_at is null)`
  const isCounted = (customerId: Prisma.Sql) =>
    everybody
      ? Prisma.sql`true`
      : Prisma.sql`${customerId} in (select c.id from customer c where ${scope.homes(user)} and ${home} and ${friends})`
  const employees = Prisma.sql`(${scope.employees(user)}
    and ${store === undefined ? Prisma.sql`true` : Prisma.sql`e.store_no = ${store}`}
    and ${guide === undefined ? Prisma.sql`true` : Prisma.sql`e.userid_key = ${guide.toLowerCase()}`})`
  return { isCounted, employees }
}
