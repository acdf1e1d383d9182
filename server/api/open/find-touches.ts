import type { BotDeps } from '../../../bot/deps.ts'
import { Prisma } from '../../../prisma/db.ts'
import { pageOf, readSince } from './find-since.ts'
import { settledUntil } from './settled-until.ts'
import type { OpenTouch, SinceQuery } from './schema.ts'

interface Row extends Omit<OpenTouch, 'at'> {
  at: Date
}

/** Touches since, oldest first; a touch never changes. */
export async function findTouches(
  deps: BotDeps,
  query: SinceQuery,
): Promise<{ items: OpenTouch[]; nextCursor: string | null }> {
  const { at, id, limit } = readSince(query)
  const until = await settledUntil(deps)
  const rows = await deps.db.prisma.$queryRaw<Row[]>(Prisma.sql`
    select t.id::text, c.member_no as "memberNo", c.external_userid as "externalUserId",
      e.userid as "guideUserid", t.task_id::text as "taskId", t.template_id as "templateId", t.variant,
      t.channel, t.text, t.result::text, t.at
    from touch t join customer c on c.id = t.customer_id join employee e on e.id = t.employee_id
    where (t.at, t.id) > (${at}::timestamptz, ${BigInt(id)}) and t.at <= ${until}::timestamptz
    order by t.at, t.id limit ${limit + 1}`)
  const items = rows.map((row): OpenTouch => ({ ...row, at: row.at.toISOString() }))
  return pageOf(items, limit, (touch) => touch.at)
}
