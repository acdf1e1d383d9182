import { addDays, atTime } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { ReportQuestion } from './report-file.ts'

/**
 * SELECT of a period's touches by the guides asked for: `customer_id, employee_id, channel, result, at, bought_at`. Welcomes are
 * answers to an adding, not contacts (domain-rules 10), and are left out.
 */
export function touchesOf({ deps, period, employees }: ReportQuestion): Prisma.Sql {
  return Prisma.sql`
    select t.customer_id, t.employee_id, t.channel, t.result, t.at, t.bought_at
    from touch t join employee e on e.id = t.employee_id
    where t.at >= ${atTime(period.from, '00:00', deps.zone)}
      and t.at < ${atTime(addDays(period.to, 1), '00:00', deps.zone)}
      and t.channel <> 'welcome' and ${employees}`
}
