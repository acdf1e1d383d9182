import type { CustomerFilter } from '../../domain/customer-filter.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { ScopeOf } from '../audience/scope-sql.ts'

/** What an assignment's work needs of its row. */
export interface Assignment {
  id: bigint
  title: string
  instruction: string
  words: string | null
  /** of words, where none were written */
  templateId: string | null
  filter: CustomerFilter
  assign: 'owner' | 'store_manager' | 'guide'
  assigneeId: bigint | null
  maxPerGuide: number | null
  by: { userid: string; name: string }
  dueAt: Date
  scope: ScopeOf
  stage: 'scheduled' | 'gathering' | 'dispatching' | 'open' | 'cancelled'
  /** business day of the run under way, or of the last one */
  runDay: string | null
  gatheredTo: bigint
  decidedTo: number | null
  decidedToId: bigint | null
}

interface Row extends Omit<Assignment, 'by' | 'scope'> {
  createdBy: bigint
  userid: string
  name: string
  everywhere: boolean
  storeNo: string | null
}

/** Kind of the tasks; their occurrence is the assignment's id. */
export const FOLLOW_UP = 'follow_up'

/** days after which a task dies when it was due: as other kinds have between the two (domain-rules 9) */
export const DIES_AFTER_DAYS = 5

/** The row, locked until the transaction ends: one at a time works on an assignment. */
export async function lockAssignment(tx: Db, id: bigint): Promise<Assignment | null> {
  const [row] = await tx.$queryRaw<Row[]>(Prisma.sql`
    select a.id, a.title, a.instruction, a.words, a.template_id as "templateId", a.filter, a.assign, a.assignee_id as "assigneeId",
      a.max_per_guide as "maxPerGuide", a.due_at as "dueAt", a.stage::text as stage, a.run_day::text as "runDay",
      a.gathered_to as "gatheredTo", a.decided_to as "decidedTo", a.decided_to_id as "decidedToId",
      a.created_by as "createdBy", e.userid, e.name, a.everywhere, a.store_no as "storeNo"
    from assignment a join employee e on e.id = a.created_by
    where a.id = ${id} for update of a`)
  if (!row) return null
  const { createdBy, userid, name, everywhere, storeNo, ...rest } = row
  return {
    ...rest,
    by: { userid, name },
    // as it was when the assignment was made, whatever became of its maker
    scope: { id: String(createdBy), role: everywhere ? 'hq' : 'manager', storeNo },
  }
}
