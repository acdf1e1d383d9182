import pg from 'pg'

/** The callback form of `connect`, as the queue's listener uses it. */
type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (destroy?: Error | boolean) => void,
) => void

/** What the pool itself calls: where there is no connection, there is nothing to give back either. */
type PoolConnected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release?: (destroy?: Error | boolean) => void,
) => void

/**
 * The pool that the job queue works on. A connection is given back once, however often that is asked: a queue that is
 * stopped at the moment its listener fails asks twice (graphile-worker 0.17.3), and the second time would throw to
 * nobody and end the process. It also gives back the connection that a pool which has ended could not give it.
 */
export class QueuePool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>
  override connect(connected: Connected): void
  override connect(connected?: Connected): Promise<pg.PoolClient> | void {
    if (!connected) return super.connect()
    const once: PoolConnected = (error, client, release) => {
      let isReleased = false
      connected(error, client, (destroy) => {
        if (isReleased) return
        isReleased = true
        release?.(destroy)
      })
    }
    super.connect(once)
  }
}
