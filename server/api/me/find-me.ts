import type { Database } from '../../../prisma/db.ts'
import { Prisma } from '../../../prisma/db.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import type { Me } from './schema.ts'

/** Who is signed in, their stores (headquarters: all), and how far the first reading of WeCom's lists is. */
export async function findMe(db: Database, user: SignedIn): Promise<Me> {
  const [stores, sync] = await Promise.all([
    rows<Me['stores'][number]>(
      db,
      Prisma.sql`select store_no as "storeNo", name from store
        where ${user.role === 'hq' ? Prisma.sql`true` : Prisma.sql`store_no = ${user.storeNo}`}
        order by store_no`,
    ),
    rows<NonNullable<Me['sync']>>(
      db,
      Prisma.sql`select phase, done, total from sync_run
        where kind = 'full' and state = 'running' order by id desc limit 1`,
    ),
  ])
  return {
    userid: user.userid,
    name: user.name,
    role: user.role,
    stores,
    sync: sync[0] ?? null,
  }
}
