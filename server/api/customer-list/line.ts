import { newestTiers, readTiers, type StoredTiers } from '../../../bot/rules/load-tiers.ts'
import { filterTables, pointsToSpend } from '../../../bot/audience/filter-sql.ts'
import { lowestTierCode } from '../../../bot/rules/tier-sql.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import { RFM_NAMES, type RfmEight, type RfmFive } from '../../../domain/rfm.ts'
import { lowestTier, tierName, tierRank } from '../../../domain/tier-table.ts'
import type { ConsentLevel, Lang, Stage, Tier } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { displayName } from '../customers/display-name.ts'
import type { CustomerLine } from './schema.ts'

/** A line as the statement reads it. */
export interface LineRow {
  id: string
  name: string | null
  wecomName: string | null
  memberNo: string | null
  storeName: string | null
  guideName: string | null
  tier: Tier
  stage: Stage | null
  rfm: RfmEight | null
  five: RfmFive | null
  lastPurchase: BusinessDay | null
  orders365: number
  spend365Fen: number
  cycleDays: number | null
  pAlive: number | null
  points: number
  consent: ConsentLevel
  joinedOn: BusinessDay | null
  tiers: StoredTiers | null
}

/**
 * The lines of some customers, in an order: a page is chosen by their ids first, so that what is only shown is read for
 * the few that are.
 */
export function lineStatement(
  { day, zone }: { day: BusinessDay; zone: string },
  { where, order, limit }: { where: Prisma.Sql; order: Prisma.Sql; limit: number },
): Prisma.Sql {
  return Prisma.sql`
    with chosen as materialized (
      select c.id, row_number() over (order by ${order}) as nth from ${filterTables} where ${where}
      order by ${order} limit ${limit}
    )
    select c.id::text, p.name, p.wecom_name as "wecomName", p.member_no as "memberNo", st.name as "storeName",
      coalesce(assigned.name, (
        select e.name from relation r join employee e on e.id = r.employee_id
        where r.customer_id = c.id and r.ended_at is null and not r.half order by r.added_at, r.id limit 1
      )) as "guideName",
      coalesce(c.tier, ${lowestTierCode}) as tier, c.stage, c.rfm, c.five,
      c.last_purchase_day::text as "lastPurchase", coalesce(c.orders_365, 0) as "orders365",
      coalesce(c.spend_365_fen, 0)::float8 as "spend365Fen", c.cycle_days as "cycleDays", c.p_alive as "pAlive",
      ${pointsToSpend(day)}::int as points, c.consent, (c.joined_at at time zone ${zone})::date::text as "joinedOn",
      ${newestTiers} as tiers
    from chosen join ${filterTables} on c.id = chosen.id
    join customer p on p.id = c.id
    left join store st on st.store_no = c.store_no
    left join employee assigned on assigned.userid_key = lower(p.guide_userid)
    order by chosen.nth`
}

/** A line as the API tells it. */
export function lineView(row: LineRow, lang: Lang): CustomerLine {
  const { name, wecomName, tiers, tier, rfm, five, ...line } = row
  const { table } = readTiers(tiers)
  const held = table.tiers[tierRank(table, tier)] ?? lowestTier(table)
  return {
    ...line,
    name: displayName({ name, wecomName }, lang),
    tier: { code: held.code, name: tierName(table, held.code, lang), colour: held.colour },
    rfm:
      rfm === null || five === null
        ? null
        : { eight: RFM_NAMES[rfm][lang], five: RFM_NAMES[five][lang] },
  }
}
