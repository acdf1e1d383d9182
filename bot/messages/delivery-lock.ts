import type pg from 'pg'

/** Gives the lock back. Never rejects. */
export type Unlock = () => Promise<void>

/** A connection of the pool, lent to the locks. */
interface Borrowed {
  client: pg.PoolClient
  /** safe to call twice */
  giveBack: (broken: boolean) => void
}

interface LockSession {
  connection: Promise<Borrowed> | undefined
  /** statements one after the other: a connection runs one at a time */
  last: Promise<unknown>
  held: Set<string>
}

const sessions = new WeakMap<pg.Pool, LockSession>()

const LOCK = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as done'
const UNLOCK = 'select pg_advisory_unlock(hashtextextended($1, 0)) as done'

/**
 * Takes a lock that all processes respect, or answers null at once when someone has it. All locks of a process
 * live on one connection of its pool, borrowed while any is held: a call to WeCom takes seconds, and a
 * connection for each would leave none for the work itself. Where the process dies, PostgreSQL frees its locks.
 */
export async function tryLock(pool: pg.Pool, name: string): Promise<Unlock | null> {
  const session = sessionOf(pool)
  if (session.held.has(name)) return null
  session.held.add(name)
  try {
    if (await run(session, pool, LOCK, name)) return () => unlock(session, pool, name)
    letGo(session, name)
    return null
  } catch (error) {
    letGo(session, name)
    throw error
  }
}

async function unlock(session: LockSession, pool: pg.Pool, name: string): Promise<void> {
  try {
    // a connection that broke has freed its locks already
    if (session.connection) await run(session, pool, UNLOCK, name)
  } catch {
    // a lock that can't be given back goes with its connection
    giveBack(session, true)
  } finally {
    letGo(session, name)
  }
}

function run(session: LockSession, pool: pg.Pool, text: string, name: string): Promise<boolean> {
  const turn = session.last.then(async () => {
    const { client } = await (session.connection ??= borrow(session, pool))
    const { rows } = await client.query<{ done: boolean }>(text, [name])
    return rows[0]?.done === true
  })
  session.last = turn.catch(() => undefined)
  return turn
}

async function borrow(session: LockSession, pool: pg.Pool): Promise<Borrowed> {
  try {
    const client = await pool.connect()
    let isOurs = true
    const onError = () => giveBack(session, true)
    // without a listener a broken connection would end the process
    client.on('error', onError)
    return {
      client,
      giveBack(broken) {
        if (!isOurs) return
        isOurs = false
        client.off('error', onError)
        client.release(broken)
      },
    }
  } catch (error) {
    session.connection = undefined
    throw error
  }
}

function letGo(session: LockSession, name: string): void {
  session.held.delete(name)
  if (session.held.size === 0) giveBack(session, false)
}

/** Back to the pool; locks to come borrow another. */
function giveBack(session: LockSession, broken: boolean): void {
  const { connection } = session
  session.connection = undefined
  connection?.then(
    (borrowed) => borrowed.giveBack(broken),
    () => undefined,
  )
}

function sessionOf(pool: pg.Pool): LockSession {
  const found = sessions.get(pool)
  if (found) return found
  const made: LockSession = { connection: undefined, last: Promise.resolve(), held: new Set() }
  sessions.set(pool, made)
  return made
}
