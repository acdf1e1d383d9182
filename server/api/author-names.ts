import type { Db } from '../../prisma/db.ts'

/** Tells the name of whoever saved something; null for one who is not known (any more), or nobody. */
export async function authorNames(
  db: Db,
  userids: (string | null)[],
): Promise<(userid: string | null) => string | null> {
  const key = (userid: string | null) => (userid ?? '').toLowerCase()
  const found = await db.employee.findMany({
    where: { useridKey: { in: [...new Set(userids.map(key))] } },
    select: { useridKey: true, name: true },
  })
  return (userid) => found.find(({ useridKey }) => useridKey === key(userid))?.name ?? null
}
