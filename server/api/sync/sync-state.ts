import { startFullSync } from '../../../bot/members/sync-run.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { SyncUnderWay } from '../../errors.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import type { SyncState } from './schema.ts'

const MOST_RUNS = 10
const MOST_IMPORTS = 20

/** How the lists of WeCom were read last, and what came from the chain's systems. */
export async function findSyncState(deps: AppDeps): Promise<SyncState> {
  const { syncRun, importRun } = deps.db.prisma
  const lastDone = (kind: string) =>
    syncRun.findFirst({
      where: { kind, state: 'done' },
      orderBy: { id: 'desc' },
      select: { finishedAt: true },
    })
  const [isRunning, full, reconcile, runs, imports] = await Promise.all([
    isUnderWay(deps),
    lastDone('full'),
    lastDone('reconcile'),
    syncRun.findMany({ orderBy: { id: 'desc' }, take: MOST_RUNS, omit: { cursor: true } }),
    importRun.findMany({ orderBy: { id: 'desc' }, take: MOST_IMPORTS }),
  ])
  return {
    isRunning,
    lastFullAt: full?.finishedAt?.toISOString() ?? null,
    lastReconcileAt: reconcile?.finishedAt?.toISOString() ?? null,
    runs: runs.map(readable),
    imports: imports.map(readable),
  }
}

function readable<T extends { id: bigint; startedAt: Date; finishedAt: Date | null }>(row: T) {
  return {
    ...row,
    id: String(row.id),
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}

/**
 * Starts to read all lists, or goes on where an unfinished reading stopped. Written down before.
 *
 * @throws SYNC_UNDER_WAY while one is worked on, the nightly comparison included
 */
export async function startSync(deps: AppDeps, user: SignedIn): Promise<{ id: string }> {
  if (await isUnderWay(deps)) throw new SyncUnderWay()
  await deps.db.prisma.auditLog.create({
    data: { at: deps.clock.now(), actor: user.userid, action: 'sync.start', subject: 'sync' },
  })
  return { id: String(await startFullSync(deps)) }
}

/** Whether a run is unfinished and has a job that will go on with it: a row alone may be left of one that was given up. */
async function isUnderWay(deps: AppDeps): Promise<boolean> {
  const [found] = await rows<{ yes: boolean }>(
    deps.db,
    Prisma.sql`
      select exists (
        select 1 from sync_run r
        join graphile_worker.jobs j on j.key in ('sync:' || r.id, 'reconcile:' || (r.cursor ->> 'day'))
        where r.finished_at is null and r.state = 'running'
          and (j.attempts < j.max_attempts or j.locked_at is not null)
      ) as yes`,
  )
  return found?.yes ?? false
}
