import { ensureEmployees } from '../../members/sync-employees.ts'
import { DONE, type EventHandler } from '../handler.ts'

/** A member opened the app: whoever does so is known from now on. */
export const enterAgent: EventHandler = async (deps, event, { traceId }) => {
  await ensureEmployees(deps, [event.from], traceId)
  return DONE
}
