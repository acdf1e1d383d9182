import { addDays, atTime, type BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { candidatesOf } from '../rules/holds-for.ts'
import { loadLimits } from '../rules/contact-limits.ts'
import { kindsOf, loadRules, type RuleInForce } from '../rules/load-rules.ts'
import { scanSince } from './scan-window.ts'

/** Which day the next scan is of: today's, or tomorrow's where today's is over. */
export async function nextScanDay(db: Db, today: BusinessDay): Promise<BusinessDay> {
  const [row] = await db.$queryRaw<{ done: boolean }[]>(Prisma.sql`
    select exists (select 1 from daily_run
      where name = 'scan' and day = ${today}::date and finished_at is not null) as done`)
  return row?.done ? addDays(today, 1) : today
}

/** Whether a rule will find a customer in the scan of a day: with which facts, or null. Writes nothing. */
export async function findCandidate(
  db: Db,
  asked: RuleInForce,
  customerId: bigint,
  { day, zone }: { day: BusinessDay; zone: string },
): Promise<{ occurrence: string; facts: unknown } | null> {
  const since = await scanSince(db, asked.rule.kind, day)
  const inForce = kindsOf(await loadRules(db))
  const { limits } = await loadLimits(db)
  const window = { day, since, zone, now: atTime(day, '00:00', zone), inForce, limits }
  const [found] = await db.$queryRaw<{ occurrence: string; facts: unknown }[]>(Prisma.sql`
    select occurrence, facts from (${candidatesOf(asked, window)}) as found
    where customer_id = ${customerId}`)
  return found ?? null
}
