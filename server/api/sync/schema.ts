import { Type, type Static } from 'typebox'
import { Id, Moment, nullable } from '../shapes.ts'

/** One reading of WeCom's lists. */
const SyncRun = Type.Object({
  id: Id,
  kind: Type.String({ description: 'full, or reconcile: the nightly comparison' }),
  state: Type.String({ description: 'running, done, failed' }),
  phase: Type.String(),
  done: Type.Integer(),
  total: Type.Integer(),
  repaired: Type.Integer(),
  error: nullable(Type.String()),
  startedAt: Moment,
  finishedAt: nullable(Moment),
})
export type SyncRun = Static<typeof SyncRun>

/** One import of the chain's rows. */
const ImportRun = Type.Object({
  id: Id,
  kind: Type.String(),
  source: Type.String({ description: 'api: and the key’s name, or a file' }),
  accepted: Type.Integer(),
  unchanged: Type.Integer(),
  rejected: Type.Integer(),
  startedAt: Moment,
  finishedAt: nullable(Moment),
})

export const SyncState = Type.Object({
  isRunning: Type.Boolean(),
  lastFullAt: nullable(Moment),
  lastReconcileAt: nullable(Moment),
  runs: Type.Array(SyncRun),
  imports: Type.Array(ImportRun),
})
export type SyncState = Static<typeof SyncState>

export const SyncStarted = Type.Object({ id: Id })
