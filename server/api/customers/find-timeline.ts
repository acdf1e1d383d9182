import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import { CURSOR_TIME, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import { timelineSources } from './timeline-sources.ts'
import { TIMELINE_TYPES, type TimelineEntry, type TimelinePage } from './schema.ts'
import { visibleCustomer } from './visible-customer.ts'

const ENTRY_ID = /^[a-z-]{1,20}:\d{1,18}$/

/**
 * One page of what happened with a customer, newest first. Each kind gives its own newest entries after the cursor by
 * its index, and only those few are merged; entries of the same moment are told apart by their id.
 *
 * @param filter.types comma-separated
 * @throws CUSTOMER_NOT_FOUND; BAD_INPUT for an unknown type or a foreign cursor
 */
export async function findTimeline(
  { db, clock, zone }: Pick<AppDeps, 'db' | 'clock' | 'zone'>,
  user: SignedIn,
  customerId: string,
  filter: { cursor?: string; types?: string },
): Promise<TimelinePage> {
  const types = readTypes(filter.types)
  const after = readCursor(filter.cursor, [CURSOR_TIME, ENTRY_ID])
  const id = await visibleCustomer(db.prisma, user, customerId)
  const sources = timelineSources(user, id, { now: clock.now(), zone })
    .filter((source) => types.includes(source.type))
    .map(({ type, rows: entries }) => {
      const from = after
        ? Prisma.sql`where (e.at, e.id collate "C") < (${after[0]}::timestamptz, ${after[1]})`
        : Prisma.empty
      return Prisma.sql`(select e.*, ${type} as type from (${entries}) e ${from}
        order by e.at desc, e.id collate "C" desc limit ${PAGE_SIZE + 1})`
    })
  const found = await rows<{ entry: TimelineEntry }>(
    db,
    Prisma.sql`select row_to_json(x) as entry from (
        select all_of_them.id, type, at, by, what, text, "amountFen", detail
        from (${Prisma.join(sources, ' union all ')}) all_of_them
        order by at desc, id collate "C" desc limit ${PAGE_SIZE + 1}
      ) x order by x.at desc, x.id collate "C" desc`,
  )
  const items = found.slice(0, PAGE_SIZE).map(({ entry }) => entry)
  const last = items.at(-1)
  return {
    items,
    nextCursor: found.length > PAGE_SIZE && last ? writeCursor([last.at, last.id]) : null,
  }
}

function readTypes(types: string | undefined): string[] {
  if (types === undefined) return [...TIMELINE_TYPES]
  const words = types.split(',').map((word) => word.trim())
  if (!words.every((word) => TIMELINE_TYPES.some((type) => type === word))) {
    throw badField('types', `must be some of ${TIMELINE_TYPES.join(',')}.`)
  }
  return words
}
