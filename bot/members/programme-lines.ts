import type { BirthdayMonth, PointsProgramme } from '../../domain/points-programme.ts'
import { Prisma } from '../../prisma/db.ts'

/** What lines are reckoned by. */
interface LineNumbers {
  params: PointsProgramme
  zone: string
  birthdays: readonly BirthdayMonth[]
}

/** What is looked at: conditions on an order `o`, on a member `c` who joined, and on a member `brought` by another. */
interface LineScope {
  orders: Prisma.Sql
  joined: Prisma.Sql
  brought: Prisma.Sql
}

const MOST_POINTS = 1_000_000_000

/**
 * What orders, sign-ups and referrals are due by a programme, as parts of a statement's WITH (domain-rules 3): `bought`,
 * and `wanted` of about, customer_id, member_no, track, at, day, holds, net, factor and the points as `fresh`, before
 * any cap and whatever was given before.
 */
export function wantedLines(
  { params, zone, birthdays }: LineNumbers,
  where: LineScope,
): Prisma.Sql {
  return Prisma.sql`
    birthday as materialized (
      select * from unnest(${birthdays.map((b) => b.month)}::text[], ${birthdays.map((b) => b.md)}::int[],
        ${birthdays.map((b) => b.lunar)}::boolean[]) as b(month, md, lunar)
    ), bought as (
      select 'order:' || o.order_no as about, o.customer_id, o.member_no, 'spend' as track, o.paid_at as at,
        o.paid_day as day, true as holds,
        case when o.status = 'paid' then greatest(o.amount_fen - o.refunded_fen, 0) else 0 end as net,
        case when b.month is null then 1 else ${params.birthdayMonthFactor}::numeric end as factor
      from orders o join customer c on c.id = o.customer_id
      left join birthday b on b.month = to_char(o.paid_day, 'YYYY-MM')
        and b.lunar = c.birthday_lunar and b.md = c.birthday_md
      where ${where.orders}
    ), behaved as (
      select 'sign_up:' || c.member_no as about, c.id as customer_id, c.member_no, c.joined_at as at, true as holds,
        ${params.signUpPoints}::int as points
      from customer c where ${where.joined} and c.member_no is not null and c.joined_at is not null
      union all
      select 'referral:' || brought.member_no, c.id, c.member_no, first_order.paid_at, first_order.holds,
        ${params.referralPoints}::int
      from customer brought
      join customer c on c.member_no = brought.referrer_member_no and c.id <> brought.id
      cross join lateral (
        select o.paid_at, o.status = 'paid' and o.refunded_fen = 0 as holds
        from orders o where o.customer_id = brought.id order by o.paid_at, o.id limit 1
      ) first_order
      where ${where.brought} and brought.member_no is not null
    ), wanted as materialized (
      select about, customer_id, member_no, track, at, day, holds, net, factor,
        ${pointsOf('net', `${params.pointsPerYuan}`, 'factor')} as fresh
      from bought
      union all
      select about, customer_id, member_no, 'behaviour', at, (at at time zone ${zone})::date, holds, 0, 1,
        case when holds then points else 0 end
      from behaved
    )`
}

/** SQL of domain orderPoints: net fen × points per yuan × factor, rounded down. */
export function pointsOf(net: string, perYuan: string, factor: string): Prisma.Sql {
  return Prisma.raw(`least(floor(${net} * ${perYuan} * ${factor} / 100), ${MOST_POINTS})::int`)
}
