import { explainErrcode } from '../../../bot/wecom/error-words.ts'
import { mayBeSent, whyUseless, type Useless } from '../../../bot/messages/failed-sends.ts'
import type { OutboxKind } from '../../../bot/messages/outbox.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, CURSOR_TIME, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows, rows } from '../../rows.ts'
import { displayName } from '../customers/display-name.ts'
import type { FailedSend, FailedSendCounts, FailedSendPage, FailedSendQuery } from './schema.ts'

interface Row {
  id: string
  kind: OutboxKind
  guide: string | null
  customerId: string | null
  name: string | null
  wecomName: string | null
  dueAt: Date
  attempts: number
  errcode: number | null
  technical: string | null
  unsure: boolean
  useless: Useless | null
}

/** What could not be sent, what was due last first. For headquarters: every customer and guide is in their scope. */
export async function findFailedSends(
  deps: AppDeps,
  { kind, cursor }: FailedSendQuery,
  lang: Lang,
): Promise<FailedSendPage> {
  const [dueAt, id] = readCursor(cursor, [CURSOR_TIME, CURSOR_ID]) ?? []
  const found = await rows<Row>(
    deps.db,
    Prisma.sql`
      with chosen as materialized (
        select o.* from outbox o
        where o.state = 'failed' and (${kind ?? null}::text is null or o.kind = ${kind ?? null})
          and (${dueAt ?? null}::timestamptz is null
            or (o.not_before, o.id) < (${dueAt ?? null}::timestamptz, ${id ?? null}::bigint))
        order by o.not_before desc, o.id desc limit ${PAGE_SIZE + 1}
      )
      select o.id::text, o.kind, coalesce(g.name, owner.name, doer.name, o.recipient) as guide,
        c.id::text as "customerId", c.name, c.wecom_name as "wecomName", o.not_before as "dueAt",
        o.attempts, o.errcode, o.last_error as technical, ${mayBeSent} as unsure,
        ${whyUseless(deps.clock.now())} as useless
      from chosen o
      left join employee g on g.userid_key = lower(coalesce(o.recipient, o.payload ->> 'userid'))
      left join relation r on r.id = (o.payload ->> 'relationId')::bigint
      left join employee owner on owner.id = r.employee_id
      left join task t on t.id = o.task_id
      left join employee doer on doer.id = t.assignee_id
      left join customer c on c.id = coalesce(o.customer_id, t.customer_id, r.customer_id)
      order by o.not_before desc, o.id desc`,
  )
  const shown = found.slice(0, PAGE_SIZE)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => view(row, lang)),
    nextCursor:
      last && found.length > PAGE_SIZE ? writeCursor([last.dueAt.toISOString(), last.id]) : null,
  }
}

function view({ customerId, name, wecomName, dueAt, ...row }: Row, lang: Lang): FailedSend {
  return {
    ...row,
    dueAt: dueAt.toISOString(),
    customer:
      customerId === null ? null : { id: customerId, name: displayName({ name, wecomName }, lang) },
    ...explainErrcode(row.errcode, lang),
  }
}

/** How many failed, kind by kind, and how many of them may be tried again. */
export async function countFailedSends(deps: AppDeps): Promise<FailedSendCounts> {
  const items = await reportRows<FailedSendCounts['items'][number]>(
    deps.db,
    Prisma.sql`
      select kind, count(*)::int as failed,
        count(*) filter (where useless is null and not unsure)::int as retryable,
        count(*) filter (where useless is null and unsure)::int as unsure
      from (
        select o.kind, ${mayBeSent} as unsure, ${whyUseless(deps.clock.now())} as useless
        from outbox o where o.state = 'failed'
      ) o group by kind order by failed desc, kind`,
  )
  return { items }
}
