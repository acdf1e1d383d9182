import { isoInZone } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { stateOf, totalsOf } from './figures-sql.ts'
import type { AssignmentBrief, AssignmentPage, AssignmentQuery } from './schema.ts'

type Row = Omit<AssignmentBrief, 'createdAt' | 'dispatchAt' | 'dueAt'> & {
  createdAt: Date
  dispatchAt: Date
  dueAt: Date
}

/** One page of the assignments of one's scope, newest first. */
export async function findAssignments(
  deps: AppDeps,
  user: SignedIn,
  { cursor, state }: AssignmentQuery,
): Promise<AssignmentPage> {
  const after = readCursor(cursor, [CURSOR_ID])
  const now = deps.clock.now()
  const is = stateOf(now)
  const found = await reportRows<Row>(
    deps.db,
    Prisma.sql`
    with chosen as materialized (
      select a.id from assignment a
      where ${scope.assignments(user)}
        and ${state === undefined ? Prisma.sql`true` : Prisma.sql`${is} = ${state}`}
        and ${after ? Prisma.sql`a.id < ${after[0]}::bigint` : Prisma.sql`true`}
      order by a.id desc limit ${PAGE_SIZE + 1}
    ), counted as (${totalsOf})
    select a.id::text as id, a.title, json_build_object('userid', e.userid, 'name', e.name) as "createdBy",
      a.created_at as "createdAt", a.dispatch_at as "dispatchAt", a.due_at as "dueAt", ${is} as state,
      json_build_object('done', a.decided, 'total', a.customers) as dispatch, counted.totals
    from counted join assignment a using (id) join employee e on e.id = a.created_by
    order by a.id desc`,
  )
  const items = found.slice(0, PAGE_SIZE)
  const last = items.at(-1)
  const iso = (at: Date) => isoInZone(at, deps.zone)
  return {
    items: items.map(({ createdAt, dispatchAt, dueAt, ...row }) => ({
      ...row,
      createdAt: iso(createdAt),
      dispatchAt: iso(dispatchAt),
      dueAt: iso(dueAt),
    })),
    nextCursor: found.length > PAGE_SIZE && last ? writeCursor([last.id]) : null,
  }
}
