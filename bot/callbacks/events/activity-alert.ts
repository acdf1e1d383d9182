import { DONE, type EventHandler } from '../handler.ts'

/**
 * WeCom is about to limit or switch off the app for lack of use, or did so (wecom-protocol 1.7): only an
 * administrator can help, in the admin console.
 */
export const activityAlert: EventHandler = (deps, event, { inboxId }) => {
  deps.log.error(
    { inboxId: String(inboxId), event: event.name, effectTime: event.effectTime },
    'WeCom limits this app for lack of use: an administrator must act in the admin console',
  )
  return Promise.resolve(DONE)
}

/** The app works without limits again. */
export const reopened: EventHandler = (deps, event, { inboxId }) => {
  deps.log.warn({ inboxId: String(inboxId), event: event.name }, 'WeCom lifted a limit of this app')
  return Promise.resolve(DONE)
}
