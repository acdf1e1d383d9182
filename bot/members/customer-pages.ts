import type { Database } from '../../prisma/db.ts'

/**
 * Works on every customer, a page after the other in the order of their ids, so that no more than a page is held.
 *
 * @param options.progress told after each page how many are done
 * @returns how many there were
 */
export async function forEachPage(
  db: Database,
  options: { size: number; progress: (done: number) => void },
  work: (ids: bigint[]) => Promise<void>,
): Promise<number> {
  let done = 0
  let after = 0n
  for (;;) {
    const page = await db.prisma.customer.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: options.size,
      select: { id: true },
    })
    const last = page.at(-1)
    if (!last) return done
    await work(page.map(({ id }) => id))
    after = last.id
    done += page.length
    options.progress(done)
  }
}
