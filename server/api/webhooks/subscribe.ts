import type { BotDeps } from '../../../bot/deps.ts'
import { refuseWebhookUrl } from '../../../bot/messages/webhook-address.ts'
import { addWebhook, listWebhooks, type WebhookEvent } from '../../../bot/messages/webhooks.ts'
import type { Db } from '../../../prisma/db.ts'
import { TooManyWebhooks, WebhookExists, WebhookUrlRefused } from '../../errors.ts'
import type { WebhookCreated } from './schema.ts'

/** most subscriptions: each event is a call to each of them */
const MOST_WEBHOOKS = 50

/**
 * Subscribes an address to events.
 *
 * @throws WEBHOOK_URL_REFUSED, TOO_MANY_WEBHOOKS, WEBHOOK_EXISTS
 */
export async function subscribe(
  db: Db,
  { cipher, clock }: Pick<BotDeps, 'cipher' | 'clock'>,
  { url, events }: { url: string; events: WebhookEvent[] },
): Promise<WebhookCreated> {
  const remedy = refuseWebhookUrl(url)
  if (remedy) throw Object.assign(new WebhookUrlRefused(remedy), { field: 'url' })
  const there = await listWebhooks(db)
  if (there.length >= MOST_WEBHOOKS && !there.some((webhook) => webhook.url === url)) {
    throw new TooManyWebhooks(String(there.length))
  }
  const made = await addWebhook(db, cipher, { url, events }, clock.now())
  if (!made) throw new WebhookExists()
  return made
}
