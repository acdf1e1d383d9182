import { Prisma } from '../../prisma/db.ts'

/** What a person's scope depends on. */
export interface ScopeOf {
  /** our id */
  id: string
  role: 'guide' | 'manager' | 'hq'
  storeNo: string | null
}

/** Whose data a person may see, as a condition on a customer aliased `c` (contracts.md, Sign-in). */
export function customersOf(who: ScopeOf): Prisma.Sql {
  if (who.role === 'hq') return Prisma.sql`true`
  const mine = Prisma.sql`exists (
    select 1 from relation mine
    where mine.customer_id = c.id and mine.employee_id = ${who.id}::bigint and mine.ended_at is null)`
  if (who.role === 'guide' || who.storeNo === null) return mine
  // as a set of ids: a store's customers are few, and with “or” everybody would be looked at
  return Prisma.sql`c.id in (
    select home.id from customer home where home.store_no = ${who.storeNo}
    union
    select theirs.customer_id from relation theirs join employee colleague on colleague.id = theirs.employee_id
    where theirs.ended_at is null
      and (colleague.id = ${who.id}::bigint or colleague.store_no = ${who.storeNo}))`
}

/** The same on an employee aliased `e`. */
export function employeesOf(who: ScopeOf): Prisma.Sql {
  if (who.role === 'hq') return Prisma.sql`true`
  if (who.role === 'guide' || who.storeNo === null) return Prisma.sql`e.id = ${who.id}::bigint`
  return Prisma.sql`(e.id = ${who.id}::bigint or e.store_no = ${who.storeNo})`
}
