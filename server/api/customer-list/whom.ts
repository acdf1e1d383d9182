import { checkReferences } from '../../../bot/audience/check-references.ts'
import { filterSql } from '../../../bot/audience/filter-sql.ts'
import { readFilter } from '../../../bot/audience/read-filter.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { CustomerFilter } from '../../../domain/customer-filter.ts'
import { normaliseMobile } from '../../../domain/mobile.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'

/** What tells customers apart: a filter, and what they are called. */
export interface Whom {
  filter?: CustomerFilter | undefined
  text?: string | undefined
}

/**
 * Which of a person's customers a search means, as a condition on filterTables.
 *
 * @throws BadFilter naming the place
 */
export async function whom(
  deps: AppDeps,
  user: SignedIn,
  { filter: sent, text }: Whom,
): Promise<Prisma.Sql> {
  const parts = [scope.customers(user)]
  if (sent !== undefined) {
    const filter = readFilter(sent)
    await checkReferences((statement) => reportRows(deps.db, statement), filter)
    const now = deps.clock.now()
    parts.push(filterSql(filter, { day: businessDay(now, deps.zone), now, zone: deps.zone }))
  }
  const wanted = text?.trim()
  if (wanted) parts.push(called(deps, wanted))
  return Prisma.sql`${Prisma.join(parts, ' and ')}`
}

/** By a part of the name, the member number, or the whole mobile, which is found without being read. */
function called({ cipher }: AppDeps, text: string): Prisma.Sql {
  const part = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  const mobile = normaliseMobile(text)
  const byMobile =
    mobile === null ? Prisma.empty : Prisma.sql`or p.mobile_hash = ${cipher.blindIndex(mobile)}`
  return Prisma.sql`c.id in (select p.id from customer p
    where p.name ilike ${part} or p.wecom_name ilike ${part} or p.member_no = ${text} ${byMobile})`
}
