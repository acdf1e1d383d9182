import type { BotDeps } from '../../deps.ts'
import { ensureEmployees, useridKey } from '../../members/sync-employees.ts'
import { DONE, type EventHandler } from '../handler.ts'

/** The member came into the app's visible range: app messages reach them. */
export const subscribe: EventHandler = async (deps, event, { traceId }) => {
  await ensureEmployees(deps, [event.from], traceId)
  await setInApp(deps, event.from, true)
  return DONE
}

/** The member left the visible range, or was disabled: nothing is sent to them any more. */
export const unsubscribe: EventHandler = async (deps, event) => {
  await setInApp(deps, event.from, false)
  return DONE
}

async function setInApp(deps: BotDeps, userid: string, inApp: boolean): Promise<void> {
  await deps.db.prisma.employee.updateMany({
    where: { useridKey: useridKey(userid), inApp: !inApp },
    data: { inApp, updatedAt: deps.clock.now() },
  })
}
