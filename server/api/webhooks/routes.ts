import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { listWebhooks } from '../../../bot/messages/webhooks.ts'
import type { AppDeps } from '../../deps.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { subscribeInConsole, unsubscribeInConsole } from './change-webhooks.ts'
import { NewWebhook, WebhookCreated, WebhookPage, WebhookParams } from './schema.ts'

const tags = ['settings']

/** Who is told of events, in the console. For headquarters: events are the whole chain's. */
export const webhookRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.addHook('onRequest', requireHeadquarters)

  app.get('/api/webhooks', { schema: { tags, response: { 200: WebhookPage } } }, async () => ({
    items: await listWebhooks(deps.db.prisma),
    nextCursor: null,
  }))

  app.post(
    '/api/webhooks',
    { schema: { tags, body: NewWebhook, response: { 201: WebhookCreated } } },
    async (request, reply) => {
      const made = await subscribeInConsole(deps, signedIn(request), request.body)
      return reply.code(201).send(made)
    },
  )

  app.delete(
    '/api/webhooks/:id',
    { schema: { tags, params: WebhookParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await unsubscribeInConsole(deps, signedIn(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
