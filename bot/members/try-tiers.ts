import type { BusinessDay } from '../../domain/business-day.ts'
import { asksPoints, type TierTable } from '../../domain/tier-table.ts'
import type { Tier } from '../../domain/words.ts'
import { Prisma } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { loadTiers } from '../rules/load-tiers.ts'
import { isAlone } from '../tasks/dry-run.ts'
import { codeAt, judgeTiers } from './judge-tiers.ts'
import { tierFigures } from './tier-figures.ts'

/** What a night would make of everybody's tier with another table, beside the one in force. */
export interface TiersTried {
  customers: number
  /** by code: who would be in it with the table in force, and with the other one */
  tiers: { code: Tier; before: number; after: number }[]
  /** most first */
  moves: { from: Tier; to: Tier; count: number }[]
  /** who would be in a tier that their figures don't give: they may fall at reviews */
  atRisk: { before: number; after: number }
  /** a few of each move */
  sample: {
    customerId: string
    name: string | null
    wecomName: string | null
    from: Tier
    to: Tier
  }[]
}

const LONGEST_MS = 120_000
const EACH_MOVE = 3
const SAMPLE = 20

/**
 * Judges the tiers of a night by two tables in one statement, the one in force and the one given, and counts where they
 * differ. Writes nothing.
 *
 * @param visible condition on a customer `c`: whom the asker may see
 * @returns null while another dry run is under way
 */
export async function tryTiers(
  deps: BotDeps,
  table: TierTable,
  { day, visible }: { day: BusinessDay; visible: Prisma.Sql },
): Promise<TiersTried | null> {
  return await deps.db.prisma.$transaction(
    async (tx) => {
      if (!(await isAlone(tx))) return null
      await tx.$executeRaw(
        Prisma.sql`select set_config('statement_timeout', ${String(LONGEST_MS)}, true)`,
      )
      const { table: before } = await loadTiers(tx)
      const points = asksPoints(before) || asksPoints(table)
      const [found] = await tx.$queryRaw<{ tried: TiersTried }[]>(Prisma.sql`
        with ${tierFigures({ table, day, zone: deps.zone, whom: { visible }, points })},
          ${judgeTiers({ table: before, day }, '_before')}, ${judgeTiers({ table, day }, '_after')},
        tried as materialized (
          select customer_id, ${codeAt(before, Prisma.sql`b.tier`)} as before, ${codeAt(table, Prisma.sql`a.tier`)} as after,
            b.due < b.tier as risk_before, a.due < a.tier as risk_after
          from judged_before b join judged_after a using (customer_id)
        ), moved as (
          select before, after, count(*)::int as n from tried where before <> after group by 1, 2
        ), sample as (
          select customer_id, before, after, row_number() over (partition by before, after order by customer_id) as nth
          from tried where before <> after
        )
        select json_build_object(
          'customers', (select count(*) from tried),
          'tiers', (select coalesce(json_agg(json_build_object('code', code, 'before', b, 'after', a)), '[]') from (
            select code, sum(b) as b, sum(a) as a from (
              select before as code, count(*) as b, 0 as a from tried group by 1
              union all select after, 0, count(*) from tried group by 1) each group by 1) t),
          'moves', (select coalesce(json_agg(json_build_object('from', before, 'to', after, 'count', n)
            order by n desc, before, after), '[]') from moved),
          'atRisk', (select json_build_object('before', count(*) filter (where risk_before),
            'after', count(*) filter (where risk_after)) from tried),
          'sample', (select coalesce(json_agg(json_build_object('customerId', id::text, 'name', name,
            'wecomName', wecom_name, 'from', before, 'to', after) order by nth, id), '[]') from (
              select c.id, c.name, c.wecom_name, s.before, s.after, s.nth
              from sample s join customer c on c.id = s.customer_id
              where s.nth <= ${EACH_MOVE} order by s.nth, c.id limit ${SAMPLE}) few)
        ) as tried`)
      return found?.tried ?? null
    },
    { timeout: LONGEST_MS, maxWait: LONGEST_MS },
  )
}
