import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, CURSOR_TIME, type PartShape } from '../../cursor.ts'
import type { TASK_BUCKETS } from './schema.ts'

export type TaskBucket = (typeof TASK_BUCKETS)[number]

/** days for which closed tasks stay in the list */
const DONE_DAYS = 30

/**
 * What belongs into a bucket at `now`, as a condition on task `t`: today what I may act on, overdue what I should have,
 * upcoming what sleeps, done what ended in the last 30 days. What has died is in none, also before it is expired.
 */
export function inBucket(bucket: TaskBucket, now: Date): Prisma.Sql {
  const open = Prisma.sql`t.state in ('open', 'in_progress') and t.dies_at > ${now}`
  const awake = Prisma.sql`${open} and (t.snoozed_until is null or t.snoozed_until <= ${now})`
  switch (bucket) {
    case 'today':
      return Prisma.sql`${awake} and t.due_at >= ${now}`
    case 'overdue':
      return Prisma.sql`${awake} and t.due_at < ${now}`
    case 'upcoming':
      return Prisma.sql`${open} and t.snoozed_until > ${now}`
    case 'done':
      return Prisma.sql`t.state not in ('open', 'in_progress')
        and t.closed_at > ${new Date(now.getTime() - DONE_DAYS * 86_400_000)}`
  }
}

/** How a bucket is ordered, and how its pages continue. */
export interface BucketOrder {
  /** ascending in all parts */
  key: Prisma.Sql
  /** the key's parts as text, for the cursor */
  cursor: Prisma.Sql
  shapes: PartShape[]
  after: (parts: string[]) => Prisma.Sql
}

const NUMBER = /^-?[\d.]{1,25}(e[+-]?\d{1,3})?$/
const FLAG = /^(true|false)$/

/** Pressed ones on top, then by worth; sleeping ones by when they wake; done ones newest first. */
export function orderOf(bucket: TaskBucket): BucketOrder {
  if (bucket === 'upcoming') {
    return {
      key: Prisma.sql`t.snoozed_until, t.id`,
      cursor: Prisma.sql`array[to_json(t.snoozed_until) #>> '{}', t.id::text]`,
      shapes: [CURSOR_TIME, CURSOR_ID],
      after: ([at, id]) =>
        Prisma.sql`(t.snoozed_until, t.id) > (${at}::timestamptz, ${id}::bigint)`,
    }
  }
  if (bucket === 'done') {
    return {
      key: Prisma.sql`t.closed_at desc, t.id desc`,
      cursor: Prisma.sql`array[to_json(t.closed_at) #>> '{}', t.id::text]`,
      shapes: [CURSOR_TIME, CURSOR_ID],
      after: ([at, id]) => Prisma.sql`(t.closed_at, t.id) < (${at}::timestamptz, ${id}::bigint)`,
    }
  }
  return {
    key: Prisma.sql`not t.urgent, -t.priority, t.due_at, t.id`,
    cursor: Prisma.sql`array[(not t.urgent)::text, (-t.priority)::text, to_json(t.due_at) #>> '{}', t.id::text]`,
    shapes: [FLAG, NUMBER, CURSOR_TIME, CURSOR_ID],
    after: ([calm, worth, due, id]) =>
      Prisma.sql`(not t.urgent, -t.priority, t.due_at, t.id)
        > (${calm}::boolean, ${worth}::float8, ${due}::timestamptz, ${id}::bigint)`,
  }
}
