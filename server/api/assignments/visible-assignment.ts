import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { AssignmentNotFound } from '../../errors.ts'
import { rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'

/** @throws ASSIGNMENT_NOT_FOUND also for one of another store */
export async function findAssignmentId(deps: AppDeps, user: SignedIn, id: string): Promise<bigint> {
  const [found] = await rows(
    deps.db,
    Prisma.sql`select 1 from assignment a where a.id = ${id}::bigint and ${scope.assignments(user)}`,
  )
  if (!found) throw new AssignmentNotFound()
  return BigInt(id)
}
