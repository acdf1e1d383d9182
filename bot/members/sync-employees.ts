import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { WecomError } from '../wecom/error-table.ts'
import type { WecomMember } from './wecom-shapes.ts'

/** What members' code needs to know of a guide or manager. */
export interface KnownEmployee {
  id: bigint
  userid: string
  name: string
}

/** WeCom compares userids without case (wecom-protocol 0). */
export function useridKey(userid: string): string {
  return userid.toLowerCase()
}

/** The employee of a userid in any case, while they are at work; null: nobody we know, or they have left. */
export async function findEmployee(db: Db, userid: string): Promise<KnownEmployee | null> {
  return db.employee.findUnique({
    where: { useridKey: useridKey(userid), active: true },
    select: { id: true, userid: true, name: true },
  })
}

/**
 * The employees of these userids; those we have not met are read from WeCom (`user/get`) and stored as
 * guides. What the chain's systems say of them later (name, store, role) overwrites this.
 *
 * @returns by useridKey; every given userid is in it
 * @throws WecomError when WeCom can't be read now; a member outside the app's visible range is stored
 *   under the userid
 */
export async function ensureEmployees(
  deps: BotDeps,
  userids: Iterable<string>,
  traceId: string,
): Promise<Map<string, KnownEmployee>> {
  const wanted = new Map([...userids].map((userid) => [useridKey(userid), userid]))
  const known = await readEmployees(deps.db.prisma, [...wanted.keys()])
  const unknown = [...wanted].filter(([key]) => !known.has(key))
  if (unknown.length === 0) return known
  for (const [key, userid] of unknown) {
    const member = await readMember(deps, userid, traceId)
    const now = deps.clock.now()
    await deps.db.prisma.$executeRaw(Prisma.sql`
      insert into employee (userid, userid_key, name, role, active, in_app, created_at, updated_at)
      values (${member?.userid ?? userid}, ${key}, ${member?.name || userid}, 'guide',
        ${isActive(member)}, ${member !== null}, ${now}, ${now})
      on conflict (userid_key) do nothing`)
  }
  return readEmployees(deps.db.prisma, [...wanted.keys()])
}

async function readEmployees(db: Db, keys: string[]): Promise<Map<string, KnownEmployee>> {
  const rows = await db.employee.findMany({
    where: { useridKey: { in: keys } },
    select: { id: true, userid: true, name: true, useridKey: true },
  })
  return new Map(rows.map(({ useridKey, ...employee }) => [useridKey, employee]))
}

/** null: the userid does not exist any more, or is outside what the app may see. */
async function readMember(
  deps: BotDeps,
  userid: string,
  traceId: string,
): Promise<WecomMember | null> {
  try {
    return await deps.wecom.get<WecomMember>('/cgi-bin/user/get', { userid }, { traceId })
  } catch (error) {
    // 40003, 46004, 60111: no such member; 50002, 60011, 60021: outside the visible range
    const gone = [40003, 46004, 60111, 50002, 60011, 60021]
    if (error instanceof WecomError && gone.includes(error.errcode)) return null
    throw error
  }
}

function isActive(member: WecomMember | null): boolean {
  return member?.status !== 2 && member?.status !== 5
}
