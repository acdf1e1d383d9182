import type { HandoverStrategy } from '../../domain/handover.ts'
import { Prisma, type Db } from '../../prisma/db.ts'

/** Whose customers are handed over. */
export interface Giver {
  id: bigint
  userid: string
  storeNo: string | null
}

/** What a handover's work needs of its row. */
export interface Handover {
  id: bigint
  strategy: HandoverStrategy
  toId: bigint | null
  message: string | null
  stage: 'planning' | 'working' | 'over'
  from: Giver & { name: string }
}

interface Row extends Omit<Handover, 'from'> {
  fromId: bigint
  userid: string
  name: string
  storeNo: string | null
}

/** The handover, or null. Its job holds a lock of its name: one at a time works on it. */
export async function findHandover(db: Db, id: bigint): Promise<Handover | null> {
  const [row] = await db.$queryRaw<Row[]>(Prisma.sql`
    select h.id, h.strategy, h.to_id as "toId", h.message, h.stage::text as stage, h.from_id as "fromId", e.userid,
      e.name, h.store_no as "storeNo"
    from handover h join employee e on e.id = h.from_id
    where h.id = ${id}`)
  if (!row) return null
  const { fromId, userid, name, storeNo, ...rest } = row
  return { ...rest, from: { id: fromId, userid, name, storeNo } }
}
