import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { mayDrop } from './change-dead-job.ts'
import type { DeadJob, Queues } from './schema.ts'

/** jobs that are listed at most; the count tells the rest */
const MOST_LISTED = 50

interface WaitingRow {
  name: string
  waiting: number
  running: number
  oldestAt: Date | null
}

/** What waits: calls to be made, jobs, tags to be told; and the jobs that nothing more is tried for. */
export async function findQueues(deps: AppDeps): Promise<Queues> {
  const [outbox, jobs, [mirror], dead, [deadCount]] = await Promise.all([
    reportRows<WaitingRow>(
      deps.db,
      Prisma.sql`
        select kind as name, count(*) filter (where state = 'pending')::int as waiting,
          count(*) filter (where state = 'sending')::int as running,
          min(not_before) filter (where not_before <= ${deps.clock.now()}::timestamptz) as "oldestAt"
        from outbox where state in ('pending', 'sending') group by kind order by kind`,
    ),
    reportRows<WaitingRow>(
      deps.db,
      Prisma.sql`
        select t.identifier as name, count(*) filter (where j.locked_at is null)::int as waiting,
          count(*) filter (where j.locked_at is not null)::int as running,
          min(j.run_at) filter (where j.locked_at is null and j.run_at <= now()) as "oldestAt"
        from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
        where j.attempts < j.max_attempts or j.locked_at is not null
        group by t.identifier order by t.identifier`,
    ),
    reportRows<{ n: number }>(deps.db, Prisma.sql`select count(*)::int as n from tag_mirror_queue`),
    reportRows<Omit<DeadJob, 'at' | 'mayDrop'> & { at: Date }>(
      deps.db,
      Prisma.sql`
        select j.id::text, t.identifier as name, j.attempts::int, j.updated_at as at,
          -- Prisma begins with an empty line and says its reason in the last one
          left(case when j.last_error like e'\n%' then regexp_replace(btrim(j.last_error, e' \n'), '^.*\n', '')
            else split_part(coalesce(j.last_error, ''), e'\n', 1) end, 300) as error
        from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
        where j.attempts >= j.max_attempts and j.locked_at is null
        order by j.updated_at desc, j.id desc limit ${MOST_LISTED}`,
    ),
    reportRows<{ n: number }>(
      deps.db,
      Prisma.sql`select count(*)::int as n from graphile_worker._private_jobs
        where attempts >= max_attempts and locked_at is null`,
    ),
  ])
  return {
    outbox: outbox.map(view),
    jobs: jobs.map(view),
    tagMirror: mirror?.n ?? 0,
    dead: dead.map((job) => ({ ...job, at: job.at.toISOString(), mayDrop: mayDrop(job.name) })),
    deadCount: deadCount?.n ?? 0,
  }
}

function view({ oldestAt, ...row }: WaitingRow): Queues['jobs'][number] {
  return { ...row, oldestAt: oldestAt?.toISOString() ?? null }
}
