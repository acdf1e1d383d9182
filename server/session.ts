import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../prisma/db.ts'
import { NeedsHeadquarters, NeedsRole, NotSignedIn } from './errors.ts'

/** Who is asking: read from the database at each request, so that a change of role or a leave holds at once. */
export interface SignedIn {
  /** our id */
  id: string
  userid: string
  name: string
  role: 'guide' | 'manager' | 'hq'
  storeNo: string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** set by requireSession; read it through signedIn() */
    user: SignedIn | null
  }
  interface FastifyContextConfig {
    /** the route's own statement finds who is asking, and refuses strangers: no query before it */
    findsSignedIn?: boolean
  }
}

/** The employee with this userid while they are active; WeCom compares userids without case. */
export async function findSignedIn(db: Database, userid: string): Promise<SignedIn | undefined> {
  const found = await db.pool.query<SignedIn>({
    name: 'signed-in',
    text: `select id::text, userid, name, role::text, store_no as "storeNo"
      from employee where userid_key = $1 and active`,
    values: [userid.toLowerCase()],
  })
  return found.rows[0]
}

/** Hook for routes that need a person: 401 without one. */
export function requireSession(db: Database) {
  const find = shareWhileUnderWay((userid: string) => findSignedIn(db, userid))
  return async (request: FastifyRequest): Promise<void> => {
    const userid = sessionUserid(request)
    if (request.routeOptions.config.findsSignedIn) return
    request.user = (await find(userid)) ?? null
    signedIn(request)
  }
}

/** A page asks for five things at once: they share one look-up. Nothing is kept once it has answered. */
function shareWhileUnderWay<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  return (key) => {
    const asked = underWay.get(key)
    if (asked) return asked
    const answer = ask(key).finally(() => underWay.delete(key))
    underWay.set(key, answer)
    return answer
  }
}

/** Hook for routes of managers and headquarters. */
export async function requireManager(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
  if (signedIn(request).role === 'guide') throw new NeedsRole('manager')
}

/** Hook for routes of headquarters: what holds for the whole chain. */
export async function requireHeadquarters(
  request: FastifyRequest,
  _reply: FastifyReply,
): Promise<void> {
  if (signedIn(request).role !== 'hq') throw new NeedsHeadquarters()
}

/** Whose session it is; whether they may still sign in is for the database to say. */
export function sessionUserid(request: FastifyRequest): string {
  const userid = request.session.get('userid')
  if (!userid) throw new NotSignedIn()
  return userid
}

/** The person that requireSession found. */
export function signedIn(request: FastifyRequest): SignedIn {
  if (!request.user) throw new NotSignedIn()
  return request.user
}
