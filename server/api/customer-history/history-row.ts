import type { BusinessDay } from '../../../domain/business-day.ts'
import type { TaskKind, Tier } from '../../../domain/words.ts'
import { newestTiers, type StoredTiers } from '../../../bot/rules/load-tiers.ts'
import { Prisma } from '../../../prisma/db.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { taskColumns, taskJoins, type TaskRow } from '../tasks/task-row.ts'
import type { CustomerHistory } from './schema.ts'

/** lines of each kind */
const MOST = 50

/** A customer's history as the database tells it: codes instead of names. */
export interface HistoryRow {
  tiers: StoredTiers | null
  relations: CustomerHistory['relations'] | null
  consents: CustomerHistory['consents'] | null
  tierChanges:
    | {
        day: BusinessDay
        before: Tier
        after: Tier
        reason: CustomerHistory['tierChanges'][number]['reason']
      }[]
    | null
  classChanges: CustomerHistory['classChanges'] | null
  lots: CustomerHistory['lots'] | null
  coupons: CustomerHistory['coupons'] | null
  tasks: TaskRow[] | null
  held:
    | {
        id: string
        kind: TaskKind
        why: string
        facts: unknown
        day: BusinessDay
        until: BusinessDay | null
        resolvedAt: string | null
      }[]
    | null
}

/** One row of it all; none outside of the person's scope. Tasks and what is held back are those of the person's scope. */
export function historyStatement(
  user: SignedIn,
  customerId: string,
  { now, today }: { now: Date; today: BusinessDay },
): Prisma.Sql {
  const list = (lines: Prisma.Sql) =>
    Prisma.sql`(select json_agg(row_to_json(x)) from (${lines} limit ${MOST}) x)`
  return Prisma.sql`
    select row_to_json(history) as history from (
      select ${newestTiers} as tiers,
        ${list(Prisma.sql`
          select e.userid, e.name, st.name as "storeName", r.added_at as "addedAt", r.ended_at as "endedAt",
            r.ended_by as "endedBy", r.half
          from relation r join employee e on e.id = r.employee_id left join store st on st.store_no = e.store_no
          where r.customer_id = c.id
          order by r.ended_at is not null, r.ended_at desc, r.added_at, r.id`)} as relations,
        ${list(Prisma.sql`
          select s.consent, s.source, coalesce(e.name, s.by) as by, s.at
          from consent s left join employee e on e.userid_key = lower(s.by)
          where s.customer_id = c.id order by s.at desc, s.id desc`)} as consents,
        ${list(Prisma.sql`
          select day, before, after, reason from tier_change t
          where t.customer_id = c.id order by t.day desc, t.id desc`)} as "tierChanges",
        ${list(Prisma.sql`
          select day, what, before, after from class_change k
          where k.customer_id = c.id order by k.day desc, k.id desc`)} as "classChanges",
        ${list(Prisma.sql`
          select points, remaining, available_on as "availableOn", expires_on as "expiresOn" from points_lot l
          where l.customer_id = c.id and l.remaining > 0 and l.expires_on >= ${today}::date
          order by l.expires_on, l.entry_id`)} as lots,
        ${list(Prisma.sql`
          select coupon_no as "couponNo", name, face_value_fen as "faceValueFen", expires_day as "expiresOn",
            used_at as "usedAt",
            case when status = 'issued' and expires_day < ${today}::date then 'expired' else status::text end as state
          from coupon k where k.customer_id = c.id
          order by k.status <> 'issued' or k.expires_day < ${today}::date,
            abs(k.expires_day - ${today}::date), k.id`)} as coupons,
        ${list(Prisma.sql`
          select ${taskColumns} from task t ${taskJoins}
          where t.customer_id = c.id and ${scope.tasks(user)}
          order by t.state not in ('open', 'in_progress') or t.dies_at <= ${now}, t.created_at desc, t.id desc`)} as tasks,
        ${list(Prisma.sql`
          select t.id::text as id, t.kind, t.why, t.facts, t.scan_day as day, t.until, t.resolved_at as "resolvedAt"
          from held_back t
          where t.customer_id = c.id and (t.assignee_id is null or ${scope.tasks(user)})
          order by t.resolved_at is not null, t.scan_day desc, t.id desc`)} as held
      from customer c where c.id = ${customerId}::bigint and ${scope.customers(user)}
    ) history`
}
