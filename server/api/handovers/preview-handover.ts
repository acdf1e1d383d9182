import { plannedTables } from '../../../bot/handovers/plan-sql.ts'
import { ableTo, findTakers, whoMayServe } from '../../../bot/handovers/takers.ts'
import { nextHandover, type HandoverWhy } from '../../../domain/handover.ts'
import { isoInZone } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import { displayName } from '../customers/display-name.ts'
import { readWhom } from './read-whom.ts'
import type { HandoverPreview, HandoverWhom } from './schema.ts'
import { whyText } from './why-words.ts'

const FIRST = 20

interface Named {
  customerId: string
  name: string | null
  wecomName: string | null
}

interface Row {
  customers: number
  asked: number
  atOnce: number
  tasks: number
  byTaker: { id: string; customers: number; spendFen: number; tasks: number }[]
  cannot: { why: HandoverWhy; customers: number }[]
  cannotFirst: (Named & { why: HandoverWhy; askedAt: string[] })[]
  important: (Named & { spendFen: number; toId: string })[]
}

/**
 * What a handover would do now; nothing is written.
 *
 * @throws BAD_INPUT naming the field
 */
export async function previewHandover(
  deps: AppDeps,
  user: SignedIn,
  given: HandoverWhom,
  lang: Lang,
): Promise<HandoverPreview> {
  const { from, strategy, toId } = await readWhom(deps, user, given)
  const now = deps.clock.now()
  const [serving, takers] = await Promise.all([
    whoMayServe(deps),
    findTakers(deps.db.prisma, from, { strategy, toId }),
  ])
  const able = ableTo(takers, serving)
  const [row] = await reportRows<Row>(
    deps.db,
    Prisma.sql`
    with ${plannedTables(from, strategy, able, now)}, with_tasks as materialized (
      select p.*, coalesce(t.n, 0)::int as tasks from planned p left join (
        select customer_id, count(*) as n from task
        where assignee_id = ${from.id} and state in ('open', 'in_progress') group by 1) t using (customer_id)
    ), going as (select * from with_tasks where why is null)
    select count(*)::int as customers,
      count(*) filter (where w.why is null and w.via <> 'none')::int as asked,
      count(*) filter (where w.why is null and w.via = 'none')::int as "atOnce",
      coalesce(sum(w.tasks) filter (where w.why is null), 0)::int as tasks,
      (select coalesce(json_agg(x), '[]') from (
        select to_id::text as id, count(*)::int as customers, sum(spend_fen)::float8 as "spendFen", sum(tasks)::int as tasks
        from going group by to_id order by to_id) x) as "byTaker",
      (select coalesce(json_agg(x), '[]') from (
        select why, count(*)::int as customers from with_tasks where why is not null group by 1 order by 2 desc, 1) x) as cannot,
      (select coalesce(json_agg(x), '[]') from (
        select c.id::text as "customerId", c.name, c.wecom_name as "wecomName", b.why, array(
          select h.asked_at from handover_customer h where h.customer_id = c.id and h.asked_at is not null) as "askedAt"
        from with_tasks b join customer c on c.id = b.customer_id where b.why is not null
        order by b.spend_fen desc, c.id limit ${FIRST}) x) as "cannotFirst",
      (select coalesce(json_agg(x), '[]') from (
        select c.id::text as "customerId", c.name, c.wecom_name as "wecomName", i.spend_fen::float8 as "spendFen",
          i.to_id::text as "toId"
        from going i join customer c on c.id = i.customer_id where i.important
        order by i.spend_fen desc, c.id) x) as important
    from with_tasks w`,
  )
  const { byTaker = [], cannot = [], cannotFirst = [], important = [], ...counts } = row ?? {}
  const ofTaker = new Map(byTaker.map(({ id, ...figures }) => [id, figures]))
  const nameOf = new Map(takers.map(({ id, name }) => [String(id), name]))
  const none = { customers: 0, spendFen: 0, tasks: 0 }
  return {
    from: { userid: from.userid, name: from.name },
    customers: 0,
    asked: 0,
    atOnce: 0,
    tasks: 0,
    ...counts,
    takers: takers.map((taker) => ({
      userid: taker.userid,
      name: taker.name,
      ...(ofTaker.get(String(taker.id)) ?? none),
      able: able.includes(taker),
    })),
    cannot: cannot.map((one) => ({ ...one, whyText: whyText(one.why, lang) })),
    cannotFirst: cannotFirst.map(({ askedAt, ...one }) => ({
      customerId: one.customerId,
      name: displayName(one, lang),
      why: one.why,
      whyText: whyText(one.why, lang),
      again: one.why === 'twice' ? againOf(askedAt, now, deps.zone) : null,
    })),
    important: important.map(({ toId: to, spendFen, ...one }) => ({
      customerId: one.customerId,
      name: displayName(one, lang),
      spendFen,
      to: nameOf.get(to) ?? '',
    })),
  }
}

function againOf(askedAt: readonly string[], now: Date, zone: string): string | null {
  const again = nextHandover(
    askedAt.map((at) => new Date(at)),
    now,
  )
  return again && isoInZone(again, zone)
}
