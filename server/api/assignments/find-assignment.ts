import { isoInZone } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { AssignmentNotFound } from '../../errors.ts'
import { reportRows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import { stateOf, totalsOf, workFigures } from './figures-sql.ts'
import type { AssignmentProgress, AssignmentView } from './schema.ts'
import { findAssignmentId } from './visible-assignment.ts'

type FixedRow = Omit<
  AssignmentView,
  keyof AssignmentProgress | 'createdAt' | 'dispatchAt' | 'dueAt'
> & { createdAt: Date; dispatchAt: Date; dueAt: Date }

/** @throws ASSIGNMENT_NOT_FOUND */
export async function findAssignment(
  deps: AppDeps,
  user: SignedIn,
  sent: string,
): Promise<AssignmentView> {
  const id = await findAssignmentId(deps, user, sent)
  const [[fixed], progress] = await Promise.all([
    reportRows<FixedRow>(
      deps.db,
      Prisma.sql`
      select a.id::text as id, a.title, a.instruction, a.words, a.filter,
        case when w.code is not null then json_build_object('id', w.code, 'name', w.name) end as template,
        case a.assign when 'guide' then 'guide:' || coalesce(g.userid, '') else a.assign end as assign,
        a.max_per_guide as "maxPerGuide", json_build_object('userid', e.userid, 'name', e.name) as "createdBy",
        a.created_at as "createdAt", a.dispatch_at as "dispatchAt", a.due_at as "dueAt"
      from assignment a join employee e on e.id = a.created_by left join employee g on g.id = a.assignee_id
        left join words_template w on w.code = a.template_id
      where a.id = ${id}`,
    ),
    findProgress(deps, id),
  ])
  if (!fixed) throw new AssignmentNotFound()
  const { createdAt, dispatchAt, dueAt, ...rest } = fixed
  const iso = (at: Date) => isoInZone(at, deps.zone)
  return {
    ...rest,
    createdAt: iso(createdAt),
    dispatchAt: iso(dispatchAt),
    dueAt: iso(dueAt),
    ...progress,
  }
}

type GuideRow = Omit<AssignmentProgress['byGuide'][number], 'pressedAt'> & {
  pressedAt: Date | null
}

/** The changing parts of an assignment. Who asks may see it: that is checked before. */
export async function findProgress(deps: AppDeps, id: bigint): Promise<AssignmentProgress> {
  const now = deps.clock.now()
  const tasks = Prisma.sql`
    assignment_customer r join task t on t.id = r.task_id where r.assignment_id = ${id}`
  const [[row], byStore, byGuide] = await Promise.all([
    reportRows<Pick<AssignmentProgress, 'state' | 'dispatch' | 'totals'>>(
      deps.db,
      Prisma.sql`
      with chosen as (select ${id}::bigint as id), counted as (${totalsOf})
      select ${stateOf(now)} as state, json_build_object('done', a.decided, 'total', a.customers) as dispatch,
        counted.totals
      from counted join assignment a using (id)`,
    ),
    reportRows<AssignmentProgress['byStore'][number]>(
      deps.db,
      Prisma.sql`
      select of_store.store_no as "storeNo", st.name, of_store.tasks, of_store.started, of_store.done, of_store.overdue
      from (select t.store_no, ${workFigures(now)} from ${tasks} group by 1) of_store
      left join store st on st.store_no = of_store.store_no
      order by of_store.tasks desc, of_store.store_no`,
    ),
    reportRows<GuideRow>(
      deps.db,
      Prisma.sql`
      select e.userid, e.name, st.name as "storeName", of_guide.tasks, of_guide.started, of_guide.done,
        of_guide.overdue, (
          select max(p.at) from assignment_press p where p.assignment_id = ${id} and p.employee_id = e.id) as "pressedAt"
      from (select t.assignee_id, ${workFigures(now)} from ${tasks} group by 1) of_guide
      join employee e on e.id = of_guide.assignee_id
      left join store st on st.store_no = e.store_no
      order by of_guide.tasks - of_guide.done desc, e.userid_key`,
    ),
  ])
  if (!row) throw new AssignmentNotFound()
  return {
    ...row,
    byStore,
    byGuide: byGuide.map(({ pressedAt, ...guide }) => ({
      ...guide,
      pressedAt: pressedAt && isoInZone(pressedAt, deps.zone),
    })),
  }
}
