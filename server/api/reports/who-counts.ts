import { Prisma } from '../../../prisma/db.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'

/** One region's customers and guides (empty: of those without one), one store's, or one guide's. */
export interface WhoFilter {
  region?: string | undefined
  store?: string | undefined
  guide?: string | undefined
}

/**
 * Whose figures a report counts: customers at their home store, so that each counts once and stores add up to the
 * chain; of one guide, those with a live relation with them.
 */
export function whoCounts(user: SignedIn, { region, store, guide }: WhoFilter) {
  const everybody = user.role === 'hq' && [region, store, guide].every((of) => of === undefined)
  const home = inStore(Prisma.sql`c.store_no`, { region, store })
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
    and ${inStore(Prisma.sql`e.store_no`, { region, store })}
    and ${guide === undefined ? Prisma.sql`true` : Prisma.sql`e.userid_key = ${guide.toLowerCase()}`})`
  return { isCounted, employees }
}

/** Condition on a column with a store's number, or none. */
function inStore(storeNo: Prisma.Sql, { region, store }: WhoFilter): Prisma.Sql {
  const ofStore = store === undefined ? Prisma.sql`true` : Prisma.sql`${storeNo} = ${store}`
  if (region === undefined) return ofStore
  return region === ''
    ? Prisma.sql`(${ofStore} and not exists (
        select 1 from store s where s.store_no = ${storeNo} and s.region <> ''))`
    : Prisma.sql`(${ofStore} and ${storeNo} in (select s.store_no from store s where s.region = ${region}))`
}
