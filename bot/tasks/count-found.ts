import { addDays, atTime, type BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { candidatesOf } from '../rules/holds-for.ts'
import { loadLimits } from '../rules/contact-limits.ts'
import { kindsOf, loadRules, type RuleInForce } from '../rules/load-rules.ts'

const DAYS = 7

/** How many customers a rule finds in the week up to a day, of how many there are. Limits and assignees are left out. */
export async function countFound(
  db: Db,
  rule: Pick<RuleInForce, 'rule' | 'params' | 'stores'>,
  { day, zone }: { day: BusinessDay; zone: string },
): Promise<{ found: number; customers: number }> {
  const inForce = kindsOf(await loadRules(db))
  const window = {
    day,
    since: addDays(day, -DAYS),
    zone,
    now: atTime(day, '00:00', zone),
    inForce,
    limits: (await loadLimits(db)).limits,
  }
  const [counted] = await db.$queryRaw<{ found: number; customers: number }[]>(Prisma.sql`
    select (select count(distinct customer_id) from (${candidatesOf(rule, window)}) f)::int as found,
      (select count(*) from customer)::int as customers`)
  return counted ?? { found: 0, customers: 0 }
}
