import type { BusinessDay } from '../../domain/business-day.ts'
import {
  birthdaysMeant,
  leafName,
  type CustomerFilter,
  type FilterLeaves,
  type LeafName,
  type Range,
} from '../../domain/customer-filter.ts'
import { Prisma } from '../../prisma/db.ts'
import { lowestTierCode } from '../rules/tier-sql.ts'

/** As of when a filter is asked. */
export interface FilterMoment {
  day: BusinessDay
  /** tags that have expired by then don't count */
  now: Date
  /** business time zone */
  zone: string
}

/**
 * What filterSql() reads, to stand in FROM: the facts of each customer, kept in one row (customer_facts), as `c` with its
 * `id`. Who needs a name joins `customer`.
 */
export const filterTables = Prisma.sql`(select customer_id as id, facts.* from customer_facts facts) c`

/**
 * A filter as a condition on the rows of filterTables: domain fitsFilter() for everybody at once. Never null inside
 * a “not”; at the outside null means that the customer doesn't fit, which is what WHERE makes of it.
 *
 * @param filter read by readFilter()
 */
export function filterSql(filter: CustomerFilter, moment: FilterMoment): Prisma.Sql {
  return compile(filter, moment, false)
}

/** The same, true or false and never null: for where it isn't a WHERE that reads it. */
export function filterHolds(filter: CustomerFilter, moment: FilterMoment): Prisma.Sql {
  return Prisma.sql`coalesce(${compile(filter, moment, false)}, false)`
}

function compile(filter: CustomerFilter, moment: FilterMoment, inNot: boolean): Prisma.Sql {
  const joined = (parts: CustomerFilter[], by: string) =>
    Prisma.sql`(${Prisma.join(
      parts.map((part) => compile(part, moment, inNot)),
      by,
    )})`
  if ('and' in filter) return joined(filter.and, ' and ')
  if ('or' in filter) return joined(filter.or, ' or ')
  if ('not' in filter) return Prisma.sql`(not ${compile(filter.not, moment, true)})`
  const [value] = Object.values(filter)
  const condition = CONDITIONS[leafName(filter)](value as never, moment)
  // coalesce hides a condition from indexes: only where a null would be turned round
  return inNot ? Prisma.sql`coalesce(${condition}, false)` : Prisma.sql`(${condition})`
}

type Conditions = {
  [Name in LeafName]: (wanted: FilterLeaves[Name], moment: FilterMoment) => Prisma.Sql
}

const CONDITIONS: Conditions = {
  tags: ({ any, all, none }, { now }) =>
    Prisma.sql`(${Prisma.join(
      [
        ...(any ? [hasTag(any, now)] : []),
        ...(all ?? []).map((id) => hasTag([id], now)),
        ...(none ? [Prisma.sql`not ${hasTag(none, now)}`] : []),
      ],
      ' and ',
    )})`,
  // whom no night has seen yet is in the lowest
  tier: (wanted) => Prisma.sql`coalesce(c.tier, ${lowestTierCode}) = any(${wanted})`,
  rfm: (wanted) => Prisma.sql`c.rfm = any(${wanted})`,
  five: (wanted) => Prisma.sql`c.five = any(${wanted})`,
  stage: (wanted) => Prisma.sql`c.stage = any(${wanted})`,
  store: (wanted) => Prisma.sql`c.store_no = any(${wanted})`,
  region: (wanted) =>
    Prisma.sql`c.store_no in (select store_no from store where region = any(${wanted}))`,
  source: (wanted) => Prisma.sql`c.source = any(${wanted})`,
  guide: (wanted) => Prisma.sql`exists (
    select from relation r where r.customer_id = c.id and r.ended_at is null and r.employee_id = any(array(
      select id from employee where userid_key = any(${wanted.map((userid) => userid.toLowerCase())}))))`,
  lastPurchase: (range, { day }) => since('c.last_purchase_day', range, day),
  neverBought: (wanted) =>
    wanted ? Prisma.sql`c.last_purchase_day is null` : Prisma.sql`c.last_purchase_day is not null`,
  spend365: (range) => within(Prisma.sql`coalesce(c.spend_365_fen, 0)`, range, 'bigint'),
  orders365: (range) => within(Prisma.sql`coalesce(c.orders_365, 0)`, range, 'bigint'),
  purchaseDays365: (range) => within(Prisma.sql`coalesce(c.purchase_days_365, 0)`, range, 'bigint'),
  averageOrder: ({ min, max }) =>
    Prisma.sql`(${both(
      Prisma.sql`c.orders_365 > 0`,
      min !== undefined && Prisma.sql`c.spend_365_fen >= ${min}::bigint * c.orders_365`,
      max !== undefined && Prisma.sql`c.spend_365_fen <= ${max}::bigint * c.orders_365`,
    )})`,
  cycleDays: (range) => within(Prisma.sql`c.cycle_days`, range, 'float8'),
  overdue: (range, { day }) =>
    within(
      Prisma.sql`(greatest(${day}::date - c.last_purchase_day, 0) / c.cycle_days)`,
      range,
      'float8',
    ),
  pAlive: (range) => within(Prisma.sql`c.p_alive`, range, 'float8'),
  expected90: (range) => within(Prisma.sql`c.expected_90`, range, 'float8'),
  joined: ({ min, max }, { day, zone }) =>
    Prisma.sql`(${both(
      Prisma.sql`c.joined_at is not null`,
      min !== undefined &&
        Prisma.sql`c.joined_at < (${day}::date - ${min}::int + 1)::timestamp at time zone ${zone}`,
      max !== undefined &&
        Prisma.sql`c.joined_at >= (${day}::date - ${max}::int)::timestamp at time zone ${zone}`,
    )})`,
  birthday: (wanted, { day }) => {
    const days = birthdaysMeant(wanted, day)
    return Prisma.sql`(c.birthday_lunar, c.birthday_md) in (
      select lunar, md from unnest(${days.map(({ lunar }) => lunar)}::boolean[],
        ${days.map(({ md }) => md)}::smallint[]) as b(lunar, md))`
  },
  gender: (wanted) => {
    const known = wanted.filter((gender) => gender !== 'unknown')
    // as the column's own type: of text the planner knows nothing
    const isOne = Prisma.sql`c.gender = any(${known}::gender[])`
    return known.length < wanted.length ? Prisma.sql`(c.gender is null or ${isOne})` : isOne
  },
  consent: (wanted) => Prisma.sql`c.consent = any(${wanted}::consent_level[])`,
  coupon: ({ expiresWithinDays }, { day }) => Prisma.sql`exists (
    select from coupon cp where cp.customer_id = c.id and cp.status = 'issued'
      and cp.expires_day between ${day}::date and ${day}::date + ${expiresWithinDays}::int)`,
  points: (range, { day }) => within(pointsToSpend(day), range, 'bigint'),
  member: (wanted) => (wanted ? Prisma.sql`c.is_member` : Prisma.sql`not c.is_member`),
  reachable: (wanted) => (wanted ? Prisma.sql`c.reachable` : Prisma.sql`not c.reachable`),
}

/** Points of the customer `c` that are neither pending nor ended on a day (domain-rules 3). */
export const pointsToSpend = (day: BusinessDay) => Prisma.sql`(
  select coalesce(sum(l.remaining), 0) from points_lot l
  where l.customer_id = c.id and l.available_on <= ${day}::date and l.expires_on >= ${day}::date)`

function hasTag(ids: string[], now: Date): Prisma.Sql {
  return Prisma.sql`exists (
    select from customer_tag ct where ct.customer_id = c.id and ct.tag_id = any(${ids}::bigint[])
      and ct.removed_at is null and (ct.expires_at is null or ct.expires_at > ${now}))`
}

/** A day that is so many days ago; one ahead counts as today. */
function since(column: string, { min, max }: Range, day: BusinessDay): Prisma.Sql {
  const at = Prisma.raw(column)
  return Prisma.sql`(${both(
    Prisma.sql`${at} is not null`,
    min !== undefined && min > 0 && Prisma.sql`${at} <= ${day}::date - ${min}::int`,
    max !== undefined && Prisma.sql`${at} >= ${day}::date - ${max}::int`,
  )})`
}

function within(figure: Prisma.Sql, { min, max }: Range, type: 'bigint' | 'float8'): Prisma.Sql {
  const as = Prisma.raw(type)
  return Prisma.sql`(${both(
    min !== undefined && Prisma.sql`${figure} >= ${min}::${as}`,
    max !== undefined && Prisma.sql`${figure} <= ${max}::${as}`,
  )})`
}

function both(...parts: (Prisma.Sql | false)[]): Prisma.Sql {
  return Prisma.join(
    parts.filter((part) => part !== false),
    ' and ',
  )
}
