import type { Metrics } from '../../../bot/metrics.ts'
import type { Database } from '../../../prisma/db.ts'

/** Counts waiting jobs by name, and customers whose tags wait, into the gauges; keeps the last figures while the database is away. */
export async function countQueued(db: Database, metrics: Metrics): Promise<void> {
  try {
    const found = await db.pool.query<{ name: string; n: number }>(
      `select task.identifier as name, count(job.id)::int as n
       from graphile_worker._private_tasks task
       left join graphile_worker._private_jobs job on job.task_id = task.id and job.locked_at is null
       group by task.identifier`,
    )
    for (const { name, n } of found.rows) metrics.queued.set({ name }, n)
    const waiting = await db.pool.query<{ n: number }>(
      `select count(*)::int as n from tag_mirror_queue`,
    )
    metrics.tagMirrorWaiting.set(waiting.rows[0]?.n ?? 0)
  } catch {
    // a scrape never fails for this: the other figures tell that the database is away
  }
}
