import { auditActionText } from '../../../domain/audit-actions.ts'
import { addDays, atTime, isBusinessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import { CURSOR_ID, CURSOR_TIME, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { auditNote } from './audit-note.ts'
import type { AuditLine, AuditPage, AuditQuery } from './schema.ts'

/** What of the log is asked for. */
export type AuditFilter = Omit<AuditQuery, 'cursor' | 'format'>

/** Where a page begins: behind this line, which was the last one. */
interface After {
  at: string
  id: string
}

interface Row extends Omit<AuditLine, 'at' | 'actionText' | 'note'> {
  at: Date
  detail: unknown
}

/** A page of the log, newest first. */
export async function findAudit(
  deps: AppDeps,
  filter: AuditFilter,
  cursor: string | undefined,
  lang: Lang,
): Promise<AuditPage> {
  const [at, id] = readCursor(cursor, [CURSOR_TIME, CURSOR_ID]) ?? []
  const after = at !== undefined && id !== undefined ? { at, id } : undefined
  const found = await auditLines(deps, filter, { after, limit: PAGE_SIZE + 1, lang })
  const items = found.slice(0, PAGE_SIZE)
  const last = items.at(-1)
  return {
    items,
    nextCursor: last && found.length > PAGE_SIZE ? writeCursor([last.at, last.id]) : null,
  }
}

/**
 * Some lines of the log, newest first, by one of the indexes over (who or what or about what, at, id).
 *
 * @throws BAD_INPUT for a day that there is not, or a period that ends before it begins
 */
export async function auditLines(
  deps: AppDeps,
  filter: AuditFilter,
  page: { after: After | undefined; limit: number; lang: Lang },
): Promise<AuditLine[]> {
  const conditions = conditionsOf(filter, deps.zone)
  if (filter.actor !== undefined) conditions.push(await isBy(deps, filter.actor))
  if (page.after) {
    conditions.push(
      Prisma.sql`(a.at, a.id) < (${page.after.at}::timestamptz, ${page.after.id}::bigint)`,
    )
  }
  const found = await reportRows<Row>(
    deps.db,
    Prisma.sql`
      with chosen as materialized (
        select a.* from audit_log a where ${Prisma.join(conditions, ' and ')}
        order by a.at desc, a.id desc limit ${page.limit}
      ), named as (
        select chosen.*, split_part(subject, ':', 1) as about,
          (substring(subject from '^[a-z_]+:([0-9]{1,18})$'))::bigint as about_id
        from chosen
      )
      select a.id::text, a.at, a.actor, e.name as "actorName", a.action, a.subject, a.detail,
        case a.about
          when 'customer' then (
            select coalesce(nullif(c.name, ''), c.wecom_name) from customer c where c.id = a.about_id)
          when 'tag' then (select t.name from tag t where t.id = a.about_id)
          when 'assignment' then (select s.title from assignment s where s.id = a.about_id)
        end as "subjectName"
      from named a left join employee e on e.userid_key = lower(a.actor)
      order by a.at desc, a.id desc`,
  )
  return found.map(({ at, detail, ...line }) => ({
    ...line,
    at: at.toISOString(),
    actionText: auditActionText(line.action, page.lang),
    note: auditNote(detail, page.lang),
  }))
}

function conditionsOf({ action, subject, from, to }: AuditFilter, zone: string): Prisma.Sql[] {
  if (from !== undefined) checkDay('from', from)
  if (to !== undefined) checkDay('to', to)
  if (from !== undefined && to !== undefined && from > to) {
    throw badField('to', 'must not be before “from”.')
  }
  const conditions = [Prisma.sql`true`]
  if (action !== undefined) conditions.push(Prisma.sql`a.action = ${action}`)
  if (subject !== undefined) conditions.push(Prisma.sql`a.subject = ${subject}`)
  if (from !== undefined) {
    conditions.push(Prisma.sql`a.at >= ${atTime(from, '00:00', zone)}::timestamptz`)
  }
  if (to !== undefined) {
    conditions.push(Prisma.sql`a.at < ${atTime(addDays(to, 1), '00:00', zone)}::timestamptz`)
  }
  return conditions
}

function checkDay(field: string, day: string): void {
  if (!isBusinessDay(day)) throw badField(field, 'must be a day that exists.')
}

/** By whom: a userid, in any case, or everybody of that name; one who is not (any more) among them, as written. */
async function isBy(deps: AppDeps, actor: string): Promise<Prisma.Sql> {
  const known = await deps.db.prisma.employee.findMany({
    where: { OR: [{ useridKey: actor.toLowerCase() }, { name: actor }] },
    select: { userid: true },
  })
  const [first, ...others] = known.map(({ userid }) => userid)
  // one is read in the order of its index, several are sorted
  if (others.length === 0) return Prisma.sql`a.actor = ${first ?? actor}`
  return Prisma.sql`a.actor = any(${[first, ...others]}::text[])`
}
