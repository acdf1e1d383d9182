import { addDays, type BusinessDay } from '../../domain/business-day.ts'
import type { RuleKind } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'

const MOST_DAYS_BACK = 7

/** Name of the daily_run row that says a kind was scanned as of a day, by whom ever. */
export function scannedName(kind: RuleKind): string {
  return `scanned:${kind}`
}

/**
 * From which day on a scan of `day` catches up: the last day before it on which this kind was scanned, at most
 * seven days back, the day before where none is known. It depends on earlier days only, so that scanning a
 * day again looks at the same steps.
 */
export async function scanSince(tx: Db, kind: RuleKind, day: BusinessDay): Promise<BusinessDay> {
  const [row] = await tx.$queryRaw<{ last: BusinessDay | null }[]>(Prisma.sql`
    select max(day)::text as last from (
      select max(day) as day from daily_run
      where day < ${day}::date
        and (name = ${scannedName(kind)} or (name = 'scan' and finished_at is not null))
      union all
      select max(scan_day) from task where kind = ${kind} and scan_day < ${day}::date
      union all
      select max(scan_day) from held_back where kind = ${kind} and scan_day < ${day}::date
    ) as scanned`)
  const earliest = addDays(day, -MOST_DAYS_BACK)
  const last = row?.last ?? addDays(day, -1)
  return last < earliest ? earliest : last
}
