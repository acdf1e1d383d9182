import { Prisma } from '../../../prisma/db.ts'

/**
 * Whether somebody acted on task `t` (执行, domain-rules 12): a message went out, or its guide began, finished or declined
 * it. It stays true when the task dies or is cancelled afterwards.
 */
export const isActed = Prisma.sql`(t.sent_at is not null or t.started_at is not null
  or t.state in ('in_progress', 'done', 'dismissed'))`
