import type { BusinessDay } from '../../domain/business-day.ts'
import { nextReview, TIER_WARNING_DAYS } from '../../domain/tier.ts'
import { boundsOf, type TierTable } from '../../domain/tier-table.ts'
import { Prisma } from '../../prisma/db.ts'
import type { TierQuestion } from './tier-figures.ts'

/** Figures of a window as SQL. */
interface FigureColumns {
  spend: Prisma.Sql
  orders: Prisma.Sql
  days: Prisma.Sql
  referrals: Prisma.Sql
  points: Prisma.Sql
  /** the day as of which a membership may be over */
  day: BusinessDay
}

/** Today's figures of the row `f`. */
export function figuresNow(day: BusinessDay): FigureColumns {
  return {
    spend: Prisma.sql`f.spend`,
    orders: Prisma.sql`f.orders`,
    days: Prisma.sql`f.days`,
    referrals: Prisma.sql`f.referrals`,
    points: Prisma.sql`f.points`,
    day,
  }
}

/** Those of it that will still be inside the window at the next review. */
function figuresThen(day: BusinessDay): FigureColumns {
  return {
    ...figuresNow(nextReview(day)),
    spend: Prisma.sql`(f.spend - f.spend_out)`,
    orders: Prisma.sql`(f.orders - f.orders_out)`,
    days: Prisma.sql`(f.days - f.days_out)`,
    points: Prisma.sql`f.points_then`,
  }
}

/** Whether the figures of row `f` meet all that a tier of the table asks for, as one condition a tier, lowest first. */
export function meetsTiers(table: TierTable, now: FigureColumns): Prisma.Sql[] {
  return table.tiers.map((row) => {
    const { spendFen, orders, purchaseDays, referrals, points } = boundsOf(table, row)
    const least = (figure: Prisma.Sql, n: number) =>
      n > 0 ? [Prisma.sql`${figure} >= ${n}::bigint`] : []
    const parts = [
      ...least(now.spend, spendFen),
      ...least(now.orders, orders),
      ...least(now.days, purchaseDays),
      ...least(now.referrals, referrals),
      ...least(now.points, points),
      ...(row.ends
        ? [Prisma.sql`coalesce(${now.day}::date - f.last_day < ${row.ends.afterDays}::int, true)`]
        : []),
    ]
    return parts.length === 0 ? Prisma.sql`true` : Prisma.sql`(${Prisma.join(parts, ' and ')})`
  })
}

/** The tier that figures of row `f` give, as its place in the table: domain tierOf() in SQL. */
export function rankBy(table: TierTable, now: FigureColumns): Prisma.Sql {
  const cases = meetsTiers(table, now)
    .map((met, rank) => Prisma.sql`when ${met} then ${rank}::int`)
    .slice(1)
    .toReversed()
  return cases.length === 0
    ? Prisma.sql`0`
    : Prisma.sql`(case ${Prisma.join(cases, ' ')} else 0 end)`
}

/**
 * Judges the rows of `figures`, as further parts of the WITH: `judged` has each customer's figures, what is kept of them,
 * and as places in the table `held` (null where nothing is kept or the table has it no more), `due` (by the figures),
 * `at_review` (by those of the next review) and `tier`, what they hold from the day on:
 * - up at once;
 * - at a review, the first of a month, one step down 30 days after a warning, unless the tier is valid still;
 * - a membership that is over falls to what else the figures give, at once or at the review, as its tier says.
 *
 * @param by behind the names of the parts, where a statement judges by two tables: `judged_after`
 */
export function judgeTiers(
  { table, day }: Pick<TierQuestion, 'table' | 'day'>,
  by: '' | '_before' | '_after' = '',
): Prisma.Sql {
  const thisReview = `${day.slice(0, 8)}01`
  const ends = table.tiers.map((row) => row.ends)
  const endDays = ends.map((end) => end?.afterDays ?? null)
  const atOnce = ends.map((end) => end?.when === 'at_once')
  const [ranked, over, judged] = ['ranked', 'over', 'judged'].map((part) =>
    Prisma.raw(`${part}${by}`),
  )
  return Prisma.sql`
    ${ranked} as (
      select f.*, k.customer_id is not null as is_kept, k.tier as code, k.since, k.warned_on, k.reviewed_on,
        k.falling_reviews, ${rankOf(table)} as held, ${rankBy(table, figuresNow(day))} as due,
        ${rankBy(table, figuresThen(day))} as at_review,
        k.customer_id is not null and k.reviewed_on < ${thisReview}::date as is_review
      from figures f left join customer_tier k on k.customer_id = f.customer_id
    ), ${over} as (
      -- whoever is safe keeps the mark of an old review: the days must have been over on this one's own day
      select r.*, r.due < r.held and coalesce(case when (${atOnce}::boolean[])[r.held + 1]
          then ${day}::date - r.last_day >= (${endDays}::int[])[r.held + 1]
          else r.is_review and ${thisReview}::date - r.last_day >= (${endDays}::int[])[r.held + 1]
        end, false) as is_over
      from ${ranked} r
    ), ${judged} as (
      select r.*, case
          when r.held is null or r.due > r.held or r.is_over then r.due
          when r.due < r.held and r.is_review and r.warned_on <= ${day}::date - ${TIER_WARNING_DAYS}::int
            and not ${isValid(table, Prisma.sql`r.held`, Prisma.sql`r.since`, thisReview)} then r.held - 1
          else r.held
        end as tier
      from ${over} r
    )`
}

/** Whether a tier that holds since a day may not be taken at a review yet (validity, domain-rules 2). */
export function isValid(
  { tiers }: TierTable,
  rank: Prisma.Sql,
  since: Prisma.Sql,
  review: BusinessDay,
): Prisma.Sql {
  const months = tiers.map(({ keepMonths }) => keepMonths)
  if (months.every((n) => n === 0)) return Prisma.sql`false`
  return Prisma.sql`coalesce((${months}::int[])[${rank} + 1] > 0
    and (${since} + make_interval(months => (${months}::int[])[${rank} + 1]))::date > ${review}::date, false)`
}

/** Place of the kept tier of row `k` in the table; null for a code that it has no more. */
export function rankOf({ tiers }: TierTable): Prisma.Sql {
  return Prisma.sql`(array_position(${tiers.map(({ code }) => code)}::text[], k.tier) - 1)`
}

/** The code at a place. */
export function codeAt({ tiers }: TierTable, rank: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(${tiers.map(({ code }) => code)}::text[])[${rank} + 1]`
}
