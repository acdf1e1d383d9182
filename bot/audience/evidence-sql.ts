import {
  leafName,
  leavesOf,
  type CustomerFilter,
  type LeafName,
} from '../../domain/customer-filter.ts'
import { Prisma } from '../../prisma/db.ts'
import { lowestTierCode, tierBounds } from '../rules/tier-sql.ts'
import { pointsToSpend, type FilterMoment } from './filter-sql.ts'

/**
 * What is known of a customer about everything that a filter compares, as a JSON object: the evidence of an automatic
 * tag (domain-rules 13). Reads the rows of filterTables. Never a birthday, which is shown to those who ask for it only.
 */
export function evidenceSql(filter: CustomerFilter, moment: FilterMoment): Prisma.Sql {
  const facts: Facts = {}
  for (const { leaf } of leavesOf(filter)) {
    Object.assign(facts, FACTS[leafName(leaf)](moment))
    if ('tags' in leaf) facts['tags'] = tagNames(filter, moment)
  }
  const pairs = Object.entries(facts).map(([name, value]) => Prisma.sql`${name}::text, ${value}`)
  if (pairs.length === 0) return Prisma.sql`'{}'::jsonb`
  return Prisma.sql`jsonb_strip_nulls(jsonb_build_object(${Prisma.join(pairs)}))`
}

type Facts = Record<string, Prisma.Sql>

const lastPurchase = ({ day }: FilterMoment): Facts => ({
  lastPurchase: Prisma.sql`c.last_purchase_day`,
  daysSince: Prisma.sql`greatest(${day}::date - c.last_purchase_day, 0)`,
})

const FACTS: Record<LeafName, (moment: FilterMoment) => Facts> = {
  tags: () => ({}),
  tier: () => ({
    tier: Prisma.sql`(select bound.name || jsonb_build_object('code', bound.tier) from ${tierBounds}
      where bound.tier = coalesce(c.tier, ${lowestTierCode}))`,
  }),
  rfm: () => ({ rfm: Prisma.sql`c.rfm` }),
  five: () => ({ five: Prisma.sql`c.five` }),
  stage: () => ({ stage: Prisma.sql`c.stage` }),
  store: () => ({ store: Prisma.sql`c.store_no` }),
  region: () => ({
    region: Prisma.sql`(select region from store where store_no = c.store_no)`,
  }),
  source: () => ({ source: Prisma.sql`c.source` }),
  guide: () => ({
    guides: Prisma.sql`(select jsonb_agg(e.userid order by e.userid) from relation r
      join employee e on e.id = r.employee_id where r.customer_id = c.id and r.ended_at is null)`,
  }),
  lastPurchase,
  neverBought: lastPurchase,
  spend365: () => ({ spend365Fen: Prisma.sql`coalesce(c.spend_365_fen, 0)` }),
  orders365: () => ({ orders365: Prisma.sql`coalesce(c.orders_365, 0)` }),
  purchaseDays365: () => ({ purchaseDays365: Prisma.sql`coalesce(c.purchase_days_365, 0)` }),
  averageOrder: () => ({
    averageOrderFen: Prisma.sql`c.spend_365_fen / nullif(c.orders_365, 0)`,
  }),
  cycleDays: () => ({ cycleDays: Prisma.sql`c.cycle_days` }),
  overdue: (moment) => ({ ...lastPurchase(moment), cycleDays: Prisma.sql`c.cycle_days` }),
  pAlive: () => ({ pAlive: Prisma.sql`c.p_alive` }),
  expected90: () => ({ expected90: Prisma.sql`c.expected_90` }),
  joined: ({ zone }) => ({ joined: Prisma.sql`(c.joined_at at time zone ${zone})::date` }),
  birthday: () => ({}),
  gender: () => ({ gender: Prisma.sql`c.gender` }),
  consent: () => ({ consent: Prisma.sql`c.consent` }),
  coupon: ({ day }) => ({
    couponDay: Prisma.sql`(select min(cp.expires_day) from coupon cp
      where cp.customer_id = c.id and cp.status = 'issued' and cp.expires_day >= ${day}::date)`,
  }),
  points: ({ day }) => ({ points: pointsToSpend(day) }),
  member: () => ({ member: Prisma.sql`c.is_member` }),
  reachable: () => ({}),
}

/** Of the tags that the filter names, those the customer has. */
function tagNames(filter: CustomerFilter, { now }: FilterMoment): Prisma.Sql {
  const ids = leavesOf(filter).flatMap(({ leaf }) =>
    'tags' in leaf ? Object.values(leaf.tags).flat() : [],
  )
  return Prisma.sql`(select jsonb_agg(t.name order by t.id) from customer_tag ct join tag t on t.id = ct.tag_id
    where ct.customer_id = c.id and ct.tag_id = any(${ids}::bigint[]) and ct.removed_at is null
      and (ct.expires_at is null or ct.expires_at > ${now}))`
}
