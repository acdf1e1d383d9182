import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { BotDeps } from '../../../bot/deps.ts'
import { refuseWebhookUrl } from '../../../bot/messages/webhook-address.ts'
import { addWebhook, listWebhooks, removeWebhook } from '../../../bot/messages/webhooks.ts'
import { TooManyWebhooks, WebhookExists, WebhookNotFound, WebhookUrlRefused } from '../../errors.ts'
import { NewWebhook, WebhookCreated, WebhookPage, WebhookParams } from './schema.ts'

const tags = ['open']
const security = [{ apiKey: [] }]
/** most subscriptions: each event is a call to each of them */
const MOST_WEBHOOKS = 50

/** Who is told of events, and where. */
export const webhookRoutes: FastifyPluginAsyncTypebox<{ deps: BotDeps }> = async (
  app,
  { deps },
) => {
  app.post(
    '/open/v1/webhooks',
    { schema: { tags, security, body: NewWebhook, response: { 201: WebhookCreated } } },
    async (request, reply) => {
      const { url, events } = request.body
      const remedy = refuseWebhookUrl(url)
      if (remedy) throw Object.assign(new WebhookUrlRefused(remedy), { field: 'url' })
      const there = await listWebhooks(deps.db.prisma)
      if (there.length >= MOST_WEBHOOKS && !there.some((webhook) => webhook.url === url)) {
        throw new TooManyWebhooks(String(there.length))
      }
      const made = await addWebhook(deps.db.prisma, deps.cipher, { url, events }, deps.clock.now())
      if (!made) throw new WebhookExists()
      return reply.code(201).send(made)
    },
  )

  app.get(
    '/open/v1/webhooks',
    { schema: { tags, security, response: { 200: WebhookPage } } },
    async () => ({ items: await listWebhooks(deps.db.prisma), nextCursor: null }),
  )

  app.delete(
    '/open/v1/webhooks/:id',
    { schema: { tags, security, params: WebhookParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id } = request.params
      if (!(await removeWebhook(deps.db.prisma, BigInt(id), deps.clock.now()))) {
        throw new WebhookNotFound()
      }
      return reply.code(204).send(null)
    },
  )
}
