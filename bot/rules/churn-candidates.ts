import { celebrationsBetween } from '../../domain/birthday.ts'
import { addDays } from '../../domain/business-day.ts'
import type { Festival } from '../../domain/festival-list.ts'
import { festivalsBetween } from '../../domain/festivals.ts'
import { STAGE_RULES } from '../../domain/lifecycle.ts'
import { SILENCE_URGENCY } from '../../domain/silence-urgency.ts'
import { Prisma } from '../../prisma/db.ts'
import { churnDaySql, churnIsOn, fallingJoin, isLostOn } from './churn-sql.ts'
import { cycleColumns, cycleJoins } from './group-cycles.ts'
import { holdsFor } from './holds-for.ts'
import { outlookJoin, outlookSql, urgencySql } from './outlook.ts'
import { overdueInForce } from './repurchase-overdue.ts'
import type { ScanWindow } from './rule.ts'

/** The numbers of the churn rule, see its params. */
interface ChurnNumbers {
  unlikelyBelow: number
  restDays: number
  occasionDays: number
  festivals: readonly Festival[]
  dueDays: number
  diesDays: number
}

/** Who is warned of, leans away, or is lost and has a date that matters: the churn rule's candidates. */
export function churnCandidates(window: ScanWindow, numbers: ChurnNumbers): Prisma.Sql {
  return Prisma.sql`
    with ${quiet(window)}
    ${silent(window, numbers)}
    union all ${onBirthday(window, numbers)}
    union all ${onFestival(window, numbers)}`
}

/**
 * Those of whom a warning can be on: one pass of customer_stats. No three months are shorter than 84 days, so only the
 * few that are left need the rhythms of others.
 */
function quiet({ day }: ScanWindow): Prisma.Sql {
  return Prisma.sql`
    quiet as materialized (
      select s.customer_id, s.last_order_no, s.last_purchase_day, s.cycle_days, s.main_category, s.last_store_no,
        falling.falling_reviews, falling.reviewed_on
      from customer_stats s ${fallingJoin}
      where s.last_order_no is not null
        and s.last_purchase_day between ${day}::date - ${STAGE_RULES.lostDays}::int and ${day}::date - 1
        and (s.last_purchase_day <= ${day}::date - ${28 * STAGE_RULES.churnMonths}::int
          or falling.customer_id is not null)
    )`
}

/** Warned of and leaning away. */
function silent(window: ScanWindow, params: ChurnNumbers): Prisma.Sql {
  const { day, zone } = window
  const { restDays, dueDays, diesDays, unlikelyBelow } = params
  const asked = overdueInForce(window)
  return Prisma.sql`
    select r.customer_id, r.last_order_no || ':' || step.name as occurrence,
      jsonb_build_object('step', step.name, 'lastOrder', r.last_order_no,
        'lastPurchase', r.last_purchase_day, 'daysSince', ${day}::date - r.last_purchase_day,
        'cycleDays', round(r.cycle_days::numeric, 1),
        'cycleSource', case when r.cycle_days is not null then r.cycle_source end,
        'fallingReviews', case when ${churnDaySql('r')} <= ${day}::date then 0 else r.falling_reviews end,
        'occasion', null) || ${outlookSql(unlikelyBelow)} as facts,
      case step.name when 'warning' then ${urgency('warning')} else ${urgency('leaning')} end as urgency, false as urgent,
      (${day}::date + ${dueDays}::int + time '23:59:59') at time zone ${zone} as due_at,
      (${day}::date + ${diesDays}::int + time '23:59:59') at time zone ${zone} as dies_at
    from (
      select s.customer_id, s.last_order_no, s.last_purchase_day, ${cycleColumns},
        s.falling_reviews, s.reviewed_on
      from quiet s ${cycleJoins}
    ) r ${outlookJoin}
    cross join lateral (
      select case when ${churnDaySql('r', STAGE_RULES.leaningLimits)} <= ${day}::date
        then 'leaning' else 'warning' end as name
    ) step
    left join task overdue on overdue.customer_id = r.customer_id and overdue.kind = 'repurchase_overdue'
      and overdue.occurrence = r.last_order_no and overdue.scan_day < ${day}::date
    where (${churnIsOn(day)})
      and (overdue.id is null or overdue.scan_day <= ${day}::date - ${restDays}::int)
      -- whoever is overdue, by the numbers of that rule, is asked as that first; not where the warning came before it
      -- (falling reviews): overdue then leaves the silence to the recall for good
      and not (${asked !== null}::boolean and overdue.id is null
        and ${holdsFor(asked?.stores ?? null, Prisma.sql`r.customer_id`)}
        and ${day}::date - r.last_purchase_day <= ${asked?.maxDays ?? 0}::int
        and coalesce(${day}::date - r.last_purchase_day >= ${asked?.factor ?? 0}::float8 * r.cycle_days, false)
        and not exists (
          select from task warned
          where warned.customer_id = r.customer_id and warned.kind = 'churn_warning'
            and warned.occurrence = r.last_order_no || ':warning'))`
}

const urgency = (step: 'warning' | 'leaning') =>
  urgencySql(step, Prisma.sql`${SILENCE_URGENCY[step].unknown}::float8`)

/**
 * Lost, with a birthday in the coming days: found by the index on it. Once for each silence; where the birthday rule
 * holds, its task is the greeting.
 */
function onBirthday(window: ScanWindow, { occasionDays }: ChurnNumbers): Prisma.Sql {
  const birthday = window.inForce.get('birthday')
  const days = celebrationsBetween(window.day, addDays(window.day, occasionDays))
  return Prisma.sql`
    select s.customer_id, s.last_order_no || ':lost', ${lostColumns(window, Prisma.sql`'birthday'`, 'b.day')}
    from unnest(${days.map((c) => c.lunar)}::boolean[], ${days.map((c) => c.md)}::int[],
      ${days.map((c) => c.day)}::date[]) as b(lunar, md, day)
    join customer c on c.birthday_lunar = b.lunar and c.birthday_md = b.md
    join customer_stats s on s.customer_id = c.id and s.last_order_no is not null
    where ${isLostOn('b.day')} and not (${birthday !== undefined}::boolean
      and ${holdsFor(birthday?.stores ?? null, Prisma.sql`c.id`)})`
}

/** Lost, without a known birthday, in the days before a festival: on other days it reads nothing. */
function onFestival(window: ScanWindow, { occasionDays, festivals }: ChurnNumbers): Prisma.Sql {
  const [first] = festivalsBetween(window.day, addDays(window.day, occasionDays)).filter(
    ({ code }) => festivals.includes(code),
  )
  return Prisma.sql`
    select s.customer_id, s.last_order_no || ':lost', ${lostColumns(window, Prisma.sql`f.code`, 'f.day')}
    from (select ${first?.code ?? null}::text as code, ${first?.day ?? null}::date as day) f
    join customer_stats s on s.last_order_no is not null and ${isLostOn('f.day')}
    join customer c on c.id = s.customer_id and c.birthday_md is null
    where ${first !== undefined}::boolean`
}

/** facts, urgency, urgent, due_at and dies_at of a lost customer: it is due, and over, with the date that matters. */
function lostColumns(
  { day, zone }: ScanWindow,
  name: Prisma.Sql,
  occasion: 'b.day' | 'f.day',
): Prisma.Sql {
  const date = Prisma.raw(occasion)
  const end = Prisma.sql`(${date} + time '23:59:59') at time zone ${zone}`
  return Prisma.sql`
    jsonb_build_object('step', 'lost', 'lastOrder', s.last_order_no, 'lastPurchase', s.last_purchase_day,
      'daysSince', ${day}::date - s.last_purchase_day, 'cycleDays', null, 'cycleSource', null,
      'fallingReviews', 0, 'occasion', jsonb_build_object('name', ${name}, 'day', ${date})),
    0.5::float8, ${date} = ${day}::date, ${end}, ${end}`
}
