import { customersOf, employeesOf } from '../bot/audience/scope-sql.ts'
import { Prisma } from '../prisma/db.ts'
import type { SignedIn } from './session.ts'

/**
 * Whose data a person may see, the one place that says it (contracts.md, Sign-in): a guide the customers they have a
 * live relation with and their own tasks, a manager everything of their store, headquarters everything. Every
 * query of customers or tasks carries one of these conditions; what is outside is not found (404), never refused.
 */
export const scope = {
  /** Condition on a customer aliased `c`. */
  customers: (user: SignedIn): Prisma.Sql => customersOf(user),

  /**
   * Condition on a customer aliased `c`: whose figures a manager's reports count. Narrower than `customers`: at home in
   * their store, so that each customer counts in one store.
   */
  homes(user: SignedIn): Prisma.Sql {
    if (user.role !== 'manager' || user.storeNo === null) return scope.customers(user)
    return Prisma.sql`c.store_no = ${user.storeNo}`
  },

  /** Condition on a row aliased `t` with an assignee_id: a task, or a candidate held back. */
  tasks(user: SignedIn): Prisma.Sql {
    if (user.role === 'hq') return Prisma.sql`true`
    if (user.role === 'guide' || user.storeNo === null)
      return Prisma.sql`t.assignee_id = ${user.id}::bigint`
    return Prisma.sql`(t.assignee_id = ${user.id}::bigint or t.assignee_id in (
      select colleague.id from employee colleague where colleague.store_no = ${user.storeNo}))`
  },

  /** Condition on an employee aliased `e`: whose figures a person may see. */
  employees: (user: SignedIn): Prisma.Sql => employeesOf(user),

  /** Condition on a handover aliased `h`: of the store whose guide gives. Its customers are seen with it. */
  handovers(user: SignedIn): Prisma.Sql {
    if (user.role === 'hq') return Prisma.sql`true`
    if (user.role === 'guide') return Prisma.sql`false`
    return user.storeNo === null
      ? Prisma.sql`(h.store_no is null and h.created_by = ${user.id}::bigint)`
      : Prisma.sql`h.store_no = ${user.storeNo}`
  },

  /** Condition on an assignment aliased `a`: headquarters’ are seen by headquarters alone. */
  assignments(user: SignedIn): Prisma.Sql {
    if (user.role === 'hq') return Prisma.sql`true`
    if (user.role === 'guide') return Prisma.sql`false`
    return user.storeNo === null
      ? Prisma.sql`(not a.everywhere and a.store_no is null and a.created_by = ${user.id}::bigint)`
      : Prisma.sql`(not a.everywhere and a.store_no = ${user.storeNo})`
  },
}

/** The same, in a statement that finds out who is asking: the person is its employee aliased `me`. */
export const scopeOfMe = {
  /** Condition on a customer aliased `c`. */
  customers: Prisma.sql`(me.role = 'hq' or exists (
      select 1 from relation mine
      where mine.customer_id = c.id and mine.employee_id = me.id and mine.ended_at is null)
    or (me.role = 'manager' and (c.store_no = me.store_no or exists (
      select 1 from relation theirs join employee colleague on colleague.id = theirs.employee_id
      where theirs.customer_id = c.id and theirs.ended_at is null and colleague.store_no = me.store_no))))`,

  /** Condition on a row aliased `t` with an assignee_id. */
  tasks: Prisma.sql`(me.role = 'hq' or t.assignee_id = me.id
    or (me.role = 'manager' and exists (
      select 1 from employee colleague where colleague.id = t.assignee_id and colleague.store_no = me.store_no)))`,
}
