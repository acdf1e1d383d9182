import { renderReason } from '../../../bot/rules/registry.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { Lang, RuleKind } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import { displayName } from '../customers/display-name.ts'
import { whoseTasks } from './find-tasks.ts'
import type { WaitingView } from './schema.ts'

interface WaitingRow {
  id: string
  kind: RuleKind
  customerId: string
  name: string | null
  wecomName: string | null
  why: string
  until: string | null
  facts: unknown
}

/** One page of the candidates that limits hold back, newest first: why, and from when they may become tasks. */
export async function findWaiting(
  deps: AppDeps,
  user: SignedIn,
  filter: { cursor?: string; mine?: boolean },
  lang: Lang,
): Promise<{ items: WaitingView[]; nextCursor: string | null }> {
  const after = readCursor(filter.cursor, [CURSOR_ID])
  const found = await rows<WaitingRow>(
    deps.db,
    Prisma.sql`
      select t.id::text, t.kind, c.id::text as "customerId", c.name, c.wecom_name as "wecomName",
        t.why, t.until::text, t.facts
      from held_back t join customer c on c.id = t.customer_id
      where t.resolved_at is null and ${whoseTasks(user, filter)}
        and ${after ? Prisma.sql`t.id < ${after[0]}::bigint` : Prisma.sql`true`}
      order by t.id desc limit ${PAGE_SIZE + 1}`,
  )
  const today = businessDay(deps.clock.now(), deps.zone)
  const items = found.slice(0, PAGE_SIZE)
  const last = items.at(-1)
  return {
    items: items.map((row) => ({
      id: row.id,
      kind: row.kind,
      customer: { id: row.customerId, name: displayName(row, lang) },
      why: row.why,
      until: row.until,
      reason: renderReason(row.kind, row.facts, lang, today),
    })),
    nextCursor: found.length > PAGE_SIZE && last ? writeCursor([last.id]) : null,
  }
}
