import { checkReferences } from '../../../bot/audience/check-references.ts'
import { readFilter } from '../../../bot/audience/read-filter.ts'
import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { SegmentExists, SegmentNotFound, TooManySegments } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { NewSegment } from './schema.ts'

/** of one person */
const MOST = 200

/**
 * Saves an audience under a name; headquarters’ are there for every manager. What it names must be there now; where it is
 * gone later, whatever uses the filter says so.
 *
 * @returns its id
 * @throws BadFilter, BAD_INPUT, SEGMENT_EXISTS, TOO_MANY_SEGMENTS
 */
export async function saveSegment(
  deps: AppDeps,
  user: SignedIn,
  given: NewSegment,
): Promise<bigint> {
  const filter = readFilter(given.filter)
  const name = given.name.trim()
  if (name === '') throw badField('name', '是空的，请写几个字。 It is empty.')
  const createdBy = BigInt(user.id)
  return await deps.db.prisma.$transaction(async (tx) => {
    await checkReferences((statement) => tx.$queryRaw(statement), filter)
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('segments', ${createdBy}))`
    if ((await tx.segment.count({ where: { createdBy } })) >= MOST)
      throw new TooManySegments(String(MOST))
    const [made] = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
      insert into segment (name, filter, everywhere, created_by, created_at)
      values (${name}, ${JSON.stringify(filter)}::jsonb, ${user.role === 'hq'}, ${createdBy}, ${deps.clock.now()})
      on conflict (created_by, name) do nothing returning id`)
    if (!made) throw new SegmentExists(name)
    return made.id
  })
}

/** @throws SEGMENT_NOT_FOUND also for somebody else’s */
export async function deleteSegment(deps: AppDeps, user: SignedIn, id: string): Promise<void> {
  const { count } = await deps.db.prisma.segment.deleteMany({
    where: { id: BigInt(id), createdBy: BigInt(user.id) },
  })
  if (count === 0) throw new SegmentNotFound()
}
