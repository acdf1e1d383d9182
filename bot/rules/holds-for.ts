import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RuleStores } from '../../domain/rule-stores.ts'
import { Prisma } from '../../prisma/db.ts'
import type { HoldsNow, Rule, ScanWindow } from './rule.ts'

const Names = Type.Array(Type.String())
const Stores = Type.Object({ regions: Names, storeNos: Names })

/**
 * The stores of a row of table Rule; null: all.
 *
 * @throws RangeError where somebody wrote the row by hand, in a shape that can't be used
 */
export function readStores(kind: string, stored: unknown): RuleStores | null {
  if (stored === null || stored === undefined) return null
  if (Value.Check(Stores, stored)) return stored
  throw new RangeError(
    `rule ${kind}: stores must be null or {"regions": […], "storeNos": […]}; correct its newest version in table rule`,
  )
}

/**
 * Whether a rule holds for a customer: by the store they are at home in (customer.store_no), as of now. Who is of no
 * store, or of one that nobody has sent, is found only by rules that hold everywhere.
 */
export function holdsFor(stores: RuleStores | null, customerId: Prisma.Sql): Prisma.Sql {
  if (stores === null) return Prisma.sql`true`
  return Prisma.sql`exists (
    select 1 from customer at_home join store home on home.store_no = at_home.store_no
    where at_home.id = ${customerId}
      and (home.store_no = any(${[...stores.storeNos]}::text[]) or home.region = any(${[...stores.regions]}::text[])))`
}

/** Whom a rule finds in a window, of the stores it holds for: the rule's own SELECT, see RuleFile.candidates. */
export function candidatesOf(
  { rule, params, stores }: HoldsNow & { rule: Rule },
  window: ScanWindow,
): Prisma.Sql {
  const found = rule.candidates(window, params)
  if (stores === null) return found
  return Prisma.sql`
    select of_rule.* from (${found}) of_rule where ${holdsFor(stores, Prisma.sql`of_rule.customer_id`)}`
}
