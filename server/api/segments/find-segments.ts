import { isoInZone } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import type { SegmentView } from './schema.ts'

/** The saved audiences a person may use: their own and headquarters’, by name; with `id` one of them. */
export async function findSegments(
  deps: AppDeps,
  user: SignedIn,
  id?: bigint,
): Promise<SegmentView[]> {
  const found = await rows<Omit<SegmentView, 'createdAt'> & { createdAt: Date }>(
    deps.db,
    Prisma.sql`
    select g.id::text as id, g.name, g.filter, json_build_object('userid', e.userid, 'name', e.name) as "createdBy",
      g.created_by = ${user.id}::bigint as own, g.created_at as "createdAt"
    from segment g join employee e on e.id = g.created_by
    where (g.created_by = ${user.id}::bigint or g.everywhere)
      and ${id === undefined ? Prisma.sql`true` : Prisma.sql`g.id = ${id}`}
    order by own desc, g.name, g.id`,
  )
  return found.map(({ createdAt, ...segment }) => ({
    ...segment,
    createdAt: isoInZone(createdAt, deps.zone),
  }))
}
