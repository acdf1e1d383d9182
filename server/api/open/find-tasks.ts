import type { BotDeps } from '../../../bot/deps.ts'
import { renderReason } from '../../../bot/rules/registry.ts'
import type { Lang, TaskKind, TaskState } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { pageOf, readSince } from './find-since.ts'
import { settledUntil } from './settled-until.ts'
import type { OpenTask, SinceQuery } from './schema.ts'

interface Row {
  id: string
  kind: TaskKind
  member_no: string | null
  external_userid: string | null
  userid: string
  state: TaskState
  facts: Record<string, unknown>
  due_at: Date
  created_at: Date
  updated_at: Date
}

/** Tasks that changed since, oldest change first. */
export async function findTasks(
  deps: BotDeps,
  query: SinceQuery,
  lang: Lang,
): Promise<{ items: OpenTask[]; nextCursor: string | null }> {
  const { at, id, limit } = readSince(query)
  const until = await settledUntil(deps)
  const rows = await deps.db.prisma.$queryRaw<Row[]>(Prisma.sql`
    select t.id::text, t.kind, c.member_no, c.external_userid, e.userid, t.state::text, t.facts,
      t.due_at, t.created_at, t.updated_at
    from task t join customer c on c.id = t.customer_id join employee e on e.id = t.assignee_id
    where (t.updated_at, t.id) > (${at}::timestamptz, ${BigInt(id)}) and t.updated_at <= ${until}::timestamptz
    order by t.updated_at, t.id limit ${limit + 1}`)
  const items = rows.map((row): OpenTask => ({
    id: row.id,
    kind: row.kind,
    memberNo: row.member_no,
    externalUserId: row.external_userid,
    guideUserid: row.userid,
    status: row.state,
    reason: renderReason(row.kind, row.facts, lang),
    facts: row.facts,
    dueAt: row.due_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }))
  return pageOf(items, limit, (task) => task.updatedAt)
}
