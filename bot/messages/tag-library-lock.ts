import { Prisma, type Db } from '../../prisma/db.ts'

/**
 * Until the transaction ends, nobody else stores what WeCom says of its tag library: of two who read it at once, the one
 * with the older answer could store last, and a tag that is made meanwhile would look like one that WeCom has no more.
 */
export async function lockTagLibrary(tx: Db): Promise<void> {
  await tx.$executeRaw(Prisma.sql`select pg_advisory_xact_lock(hashtextextended('tag library', 0))`)
}
