import { removeWebhook, type WebhookEvent } from '../../../bot/messages/webhooks.ts'
import type { AppDeps } from '../../deps.ts'
import { WebhookNotFound } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { WebhookCreated } from './schema.ts'
import { subscribe } from './subscribe.ts'

/**
 * Subscribes an address to events, and writes down who did, both or neither.
 *
 * @throws WEBHOOK_URL_REFUSED, TOO_MANY_WEBHOOKS, WEBHOOK_EXISTS
 */
export function subscribeInConsole(
  deps: AppDeps,
  user: SignedIn,
  input: { url: string; events: WebhookEvent[] },
): Promise<WebhookCreated> {
  return deps.db.prisma.$transaction(async (tx) => {
    const made = await subscribe(tx, deps, input)
    await tx.auditLog.create({
      data: {
        at: deps.clock.now(),
        actor: user.userid,
        action: 'webhook.create',
        subject: `webhook:${made.id}`,
        detail: { url: originOf(made.url) },
      },
    })
    return made
  })
}

/** Ends a subscription; what waits for it is not sent any more. @throws WEBHOOK_NOT_FOUND */
export async function unsubscribeInConsole(
  deps: AppDeps,
  user: SignedIn,
  id: string,
): Promise<void> {
  await deps.db.prisma.$transaction(async (tx) => {
    const at = deps.clock.now()
    if (!(await removeWebhook(tx, BigInt(id), at))) throw new WebhookNotFound()
    const { url } = await tx.webhook.findUniqueOrThrow({
      where: { id: BigInt(id) },
      select: { url: true },
    })
    await tx.auditLog.create({
      data: {
        at,
        actor: user.userid,
        action: 'webhook.remove',
        subject: `webhook:${id}`,
        detail: { url: originOf(url) },
      },
    })
  })
}

/** What follows the host may be a subscriber's secret: it is not kept in the log. */
function originOf(url: string): string {
  return new URL(url).origin
}
