import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { BotDeps } from '../../../bot/deps.ts'
import { listWebhooks, removeWebhook } from '../../../bot/messages/webhooks.ts'
import { WebhookNotFound } from '../../errors.ts'
import { NewWebhook, WebhookCreated, WebhookPage, WebhookParams } from '../webhooks/schema.ts'
import { subscribe } from '../webhooks/subscribe.ts'

const tags = ['open']
const security = [{ apiKey: [] }]

/** Who is told of events, and where. */
export const webhookRoutes: FastifyPluginAsyncTypebox<{ deps: BotDeps }> = async (
  app,
  { deps },
) => {
  app.post(
    '/open/v1/webhooks',
    { schema: { tags, security, body: NewWebhook, response: { 201: WebhookCreated } } },
    async (request, reply) => {
      const made = await subscribe(deps.db.prisma, deps, request.body)
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
