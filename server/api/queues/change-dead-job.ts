import type { JobName } from '../../../bot/queue.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { JobNotDroppable, JobNotFound } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'

/**
 * Jobs that may be forgotten: what they were about is stored, and the night's comparison with WeCom, or the next minute,
 * makes up for it. Every other one leaves something half done until it is tried again.
 */
const DROPPABLE: readonly JobName[] = [
  'callback',
  'welcome',
  'deliver',
  'greet',
  'webhook',
  'wake',
  'reconcile',
]

export function mayDrop(name: string): boolean {
  return DROPPABLE.some((droppable) => droppable === name)
}

/**
 * Tries a job again that was tried for the last time: every handler may run twice. Written down.
 *
 * @returns false where it waits or runs already
 * @throws JOB_NOT_FOUND
 */
export async function retryDeadJob(deps: AppDeps, user: SignedIn, id: string): Promise<boolean> {
  return deps.db.prisma.$transaction(async (tx) => {
    const { name, isDead } = await readJob(tx, id)
    if (!isDead) return false
    await tx.$executeRaw(Prisma.sql`
      select 1 from graphile_worker.reschedule_jobs(
        array[${BigInt(id)}::bigint], run_at := now(), attempts := 0)`)
    await audit(tx, deps, user, { action: 'job.retry', id, name })
    return true
  })
}

/**
 * Forgets a job that was tried for the last time. Written down.
 *
 * @throws JOB_NOT_FOUND, also of one that waits or runs; JOB_NOT_DROPPABLE
 */
export async function dropDeadJob(deps: AppDeps, user: SignedIn, id: string): Promise<void> {
  await deps.db.prisma.$transaction(async (tx) => {
    const { name, isDead } = await readJob(tx, id)
    if (!isDead) throw new JobNotFound(id)
    if (!mayDrop(name)) throw new JobNotDroppable(name)
    await tx.$executeRaw(Prisma.sql`
      select 1 from graphile_worker.complete_jobs(array[${BigInt(id)}::bigint])`)
    await audit(tx, deps, user, { action: 'job.drop', id, name })
  })
}

async function readJob(tx: Db, id: string): Promise<{ name: string; isDead: boolean }> {
  const [job] = await tx.$queryRaw<{ name: string; isDead: boolean }[]>(Prisma.sql`
    select t.identifier as name, j.attempts >= j.max_attempts and j.locked_at is null as "isDead"
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    where j.id = ${BigInt(id)} for update of j`)
  if (!job) throw new JobNotFound(id)
  return job
}

async function audit(
  tx: Db,
  deps: AppDeps,
  user: SignedIn,
  { action, id, name }: { action: string; id: string; name: string },
): Promise<void> {
  await tx.auditLog.create({
    data: {
      at: deps.clock.now(),
      actor: user.userid,
      action,
      subject: `job:${id}`,
      detail: { name },
    },
  })
}
