import { CONTACT_LIMITS, decideContact, type ContactDecision } from '../../domain/contact-limits.ts'
import type { ConsentLevel } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'

const LONGEST_DAYS = Math.max(...CONTACT_LIMITS.windows.map(({ days }) => days))

/**
 * Whether an employee may contact a customer now, by the one ledger of contact fatigue (domain-rules 10); a
 * refusal says why and until when. A customer that doesn't exist has no relation.
 */
export async function mayContact(
  db: Db,
  input: { customerId: bigint; employeeId: bigint; now: Date; zone: string },
): Promise<ContactDecision> {
  const { customerId, employeeId, now, zone } = input
  const [customer] = await db.$queryRaw<{ consent: ConsentLevel; related: boolean }[]>(Prisma.sql`
    select c.consent::text as consent, exists (
      select 1 from relation r where r.customer_id = c.id and r.employee_id = ${employeeId}
        and r.ended_at is null and not r.half) as related
    from customer c where c.id = ${customerId}`)
  const touches = await db.$queryRaw<{ at: Date; byOther: boolean }[]>(Prisma.sql`
    select t.at, t.employee_id <> ${employeeId} as "byOther" from touch t
    where t.customer_id = ${customerId} and t.result = 'sent' and t.channel <> 'welcome'
      and t.at > ${new Date(now.getTime() - (LONGEST_DAYS + 1) * 86_400_000)} and t.at <= ${now}`)
  return decideContact(
    { consent: customer?.consent ?? 'none', hasRelation: customer?.related ?? false, touches },
    now,
    zone,
  )
}
