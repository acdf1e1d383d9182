import { lockAssignment } from '../../../bot/assignments/assignment.ts'
import { cancelPage } from '../../../bot/assignments/cancel.ts'
import { enqueueDispatch } from '../../../bot/assignments/dispatch.ts'
import { pressGuides } from '../../../bot/assignments/press.ts'
import { isoInZone } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { AssignmentCancelled, AssignmentNotFound } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { audit } from './create-assignment.ts'
import type { PressAnswer, PressBody } from './schema.ts'
import { findAssignmentId } from './visible-assignment.ts'

/**
 * 催办: see bot/assignments/press.ts.
 *
 * @throws ASSIGNMENT_NOT_FOUND, ASSIGNMENT_CANCELLED
 */
export async function pressAssignment(
  deps: AppDeps,
  user: SignedIn,
  sent: string,
  which: PressBody,
): Promise<PressAnswer> {
  const id = await findAssignmentId(deps, user, sent)
  return await deps.db.prisma.$transaction(async (tx) => {
    const assignment = await lockAssignment(tx, id)
    if (!assignment) throw new AssignmentNotFound()
    if (assignment.stage === 'cancelled') throw new AssignmentCancelled()
    const pressed = await pressGuides(tx, deps, assignment, which, user)
    await audit(tx, { at: deps.clock.now(), user, action: 'press_assignment', id })
    return {
      ...pressed,
      tooSoon: pressed.tooSoon.map((guide) => ({
        ...guide,
        again: isoInZone(guide.again, deps.zone),
      })),
    }
  })
}

/**
 * Calls an assignment off: nothing more is dispatched, its live tasks end, their cards say so. Many are ended by its job.
 * A second time changes nothing.
 *
 * @throws ASSIGNMENT_NOT_FOUND
 */
export async function cancelAssignment(deps: AppDeps, user: SignedIn, sent: string): Promise<void> {
  const id = await findAssignmentId(deps, user, sent)
  const now = deps.clock.now()
  await deps.db.prisma.$transaction(async (tx) => {
    const assignment = await lockAssignment(tx, id)
    if (!assignment) throw new AssignmentNotFound()
    if (assignment.stage === 'cancelled') return
    await tx.$executeRaw(
      Prisma.sql`update assignment set stage = 'cancelled', next_run_at = null where id = ${id}`,
    )
    const by = { userid: user.userid, name: user.name }
    if (await cancelPage(tx, deps, { id, by }, now)) await enqueueDispatch(tx, id)
    await audit(tx, { at: now, user, action: 'cancel_assignment', id })
  })
}
