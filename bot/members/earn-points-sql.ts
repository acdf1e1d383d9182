import type { BusinessDay } from '../../domain/business-day.ts'
import type { BirthdayMonth } from '../../domain/points-programme.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { pointsOf, wantedLines } from './programme-lines.ts'
import { PROGRAMME_PREFIX, type ProgrammeInForce } from './points-programme.ts'

/** What one night gives points by. */
export interface EarnContext {
  programme: ProgrammeInForce
  day: BusinessDay
  zone: string
  now: Date
  /** SQL condition of the orders `o` to look at */
  changedOrders: Prisma.Sql
  birthdays: readonly BirthdayMonth[]
}

/**
 * Writes the lines that are missing between what customers were given and what they are due, in one statement:
 *
 * - an order is due its net spend times the rate; one that was given points before keeps the rate it had then, so that
 *   a new version, or a corrected birthday, changes nothing that is over;
 * - a referral is due to the referrer while the first order of whom they brought is paid and not refunded; a sign-up for ever;
 * - behaviour points of one day stop at the cap: what is above is never given.
 *
 * The first line of anything earns, later ones adjust it: `programme:order:SO-1`, `programme:order:SO-1:1`, … What is
 * due already gives no line. Lines of an order follow it to another member.
 *
 * @returns how many lines were written, and whose ledgers they changed
 */
export async function writeProgrammeLines(
  tx: Db,
  { programme, day, zone, now, changedOrders, birthdays }: EarnContext,
  customerIds: readonly bigint[],
): Promise<{ lines: number; customers: bigint[] }> {
  const { params, version, enabled } = programme
  const ids = Prisma.sql`any(${[...customerIds]}::bigint[])`
  const where = {
    orders: Prisma.sql`o.customer_id = ${ids} and ${changedOrders}`,
    joined: Prisma.sql`c.id = ${ids}`,
    brought: Prisma.sql`brought.id = ${ids}`,
  }
  const [done] = await tx.$queryRaw<{ lines: number; customers: string[] }[]>(Prisma.sql`
    with ${wantedLines({ params, zone, birthdays }, where)}, given as (
      select e.about, count(*)::int as lines, sum(e.points)::int as points, max(e.customer_id) as customer_id,
        min(e.member_no) as member_no, (array_agg(e.points order by e.id))[1] as first_points,
        (array_agg(e.facts order by e.id))[1] as facts
      from points_entry e where e.about in (select about from wanted) group by e.about
    ), due as (
      select w.*, coalesce(g.lines, 0) as lines, coalesce(g.points, 0) as points,
        case when w.track = 'behaviour' then coalesce(g.customer_id, w.customer_id) else w.customer_id end as owner_id,
        case when w.track = 'behaviour' then coalesce(g.member_no, w.member_no) else w.member_no end as owner_no,
        case
          when g.about is null and ${enabled}::boolean and w.day between ${params.startsOn}::date and ${day}::date then w.fresh
          when g.about is null then 0
          when w.track = 'spend' then
            ${pointsOf('w.net', `(g.facts ->> 'pointsPerYuan')::numeric`, `(g.facts ->> 'factor')::numeric`)}
          when w.holds then g.first_points
          else 0
        end as target
      from wanted w left join given g using (about)
    ), capped as (
      select d.*, case
          when d.lines > 0 or d.track = 'spend' then d.target - d.points
          else greatest(0, least(d.target, ${params.behaviourDailyCap}::int - d.that_day - d.before))
        end as delta
      from (
        select d.*, case when d.track = 'behaviour' and d.lines = 0 then (
            select coalesce(sum(e.points), 0) from points_entry e
            where e.customer_id = d.owner_id and e.kind = 'earn' and e.facts ->> 'track' = 'behaviour'
              and e.occurred_at >= d.day::timestamp at time zone ${zone}
              and e.occurred_at < (d.day + 1)::timestamp at time zone ${zone}
          ) end as that_day,
          coalesce(sum(d.target) over (
            partition by d.owner_id, d.track, d.day, d.lines > 0 order by d.about
            rows between unbounded preceding and 1 preceding), 0) as before
        from due d where d.target <> d.points
      ) d
    ), written as (
      insert into points_entry (entry_no, member_no, customer_id, kind, points, occurred_at, about, facts)
      select ${PROGRAMME_PREFIX} || about || case when lines > 0 then ':' || lines else '' end, owner_no, owner_id,
        case when lines > 0 then 'adjust' else 'earn' end::points_kind, delta,
        case when lines > 0 then ${now}::timestamptz else at end, about,
        jsonb_build_object('track', track, 'version', ${version}::int, 'pendingDays', ${params.pendingDays}::int,
            'validDays', ${params.validDays}::int)
          || case when track = 'spend' then jsonb_build_object('netFen', net,
            'pointsPerYuan', ${params.pointsPerYuan}::numeric, 'factor', factor) else '{}' end
      from capped where delta <> 0
      on conflict (entry_no) do nothing
      returning customer_id
    ), astray as (
      select e.id, e.customer_id as was, b.customer_id, b.member_no
      from bought b join points_entry e on e.about = b.about
      where e.customer_id is distinct from b.customer_id
    ), moved as (
      update points_entry e set customer_id = a.customer_id, member_no = a.member_no
      from astray a where e.id = a.id
    )
    select (select count(*) from written)::int as lines, array(
      select customer_id::text from written
      union select customer_id::text from astray
      union select was::text from astray where was is not null) as customers`)
  return { lines: done?.lines ?? 0, customers: (done?.customers ?? []).map(BigInt) }
}
