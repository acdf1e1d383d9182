import { Type, type Static } from 'typebox'
import { WEBHOOK_EVENTS } from '../../../bot/messages/webhooks.ts'
import { Id, Moment, oneOf, page } from '../shapes.ts'

/** Who is told of events: the same for the chain's systems and for headquarters. */
export const NewWebhook = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2000 }),
    events: Type.Array(oneOf(WEBHOOK_EVENTS), { minItems: 1, maxItems: WEBHOOK_EVENTS.length }),
  },
  { additionalProperties: false },
)

export const WebhookView = Type.Object({
  id: Id,
  url: Type.String(),
  events: Type.Array(oneOf(WEBHOOK_EVENTS)),
  createdAt: Moment,
})
export const WebhookCreated = Type.Intersect([
  WebhookView,
  Type.Object({ secret: Type.String({ description: 'shown this once: it signs what we send' }) }),
])
export type WebhookCreated = Static<typeof WebhookCreated>
export const WebhookPage = page(WebhookView)
export type WebhookPage = Static<typeof WebhookPage>
export const WebhookParams = Type.Object({ id: Id })
