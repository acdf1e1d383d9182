import { Type, type Static } from 'typebox'
import { Id, Moment, nullable } from '../shapes.ts'

/** How much waits in a queue. */
const Waiting = Type.Object({
  name: Type.String({ description: 'kind of call, or name of the job' }),
  waiting: Type.Integer(),
  running: Type.Integer(),
  /** since when the oldest could have been done */
  oldestAt: nullable(Moment),
})

/** A job that was tried for the last time. */
const DeadJob = Type.Object({
  id: Id,
  name: Type.String(),
  attempts: Type.Integer(),
  /** when the last try ended */
  at: Moment,
  error: Type.String({ description: 'for who runs the server' }),
  mayDrop: Type.Boolean({ description: 'nothing is lost for good without it' }),
})
export type DeadJob = Static<typeof DeadJob>

export const Queues = Type.Object({
  outbox: Type.Array(Waiting),
  jobs: Type.Array(Waiting),
  tagMirror: Type.Integer({
    description: 'customers whose automatic tags WeCom has yet to hear of',
  }),
  dead: Type.Array(DeadJob),
  deadCount: Type.Integer(),
})
export type Queues = Static<typeof Queues>

export const DeadJobParams = Type.Object({ id: Id })
/** false: somebody was faster. */
export const DeadJobRetried = Type.Object({ retried: Type.Boolean() })
