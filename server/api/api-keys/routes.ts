import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { NewWebhook, WebhookCreated, WebhookPage, WebhookParams } from '../open/schema.ts'
import { listWebhooks } from '../../../bot/messages/webhooks.ts'
import { endKey, findKeys, makeKey } from './change-keys.ts'
import { ApiKeyCreated, ApiKeyPage, ApiKeyParams, NewApiKey } from './schema.ts'
import { subscribeInConsole, unsubscribeInConsole } from './change-webhooks.ts'

const tags = ['settings']

/** Doors for the chain's systems: keys of the open API, and who is told of events. For headquarters. */
export const apiKeyRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.addHook('onRequest', requireHeadquarters)

  app.get('/api/keys', { schema: { tags, response: { 200: ApiKeyPage } } }, () => findKeys(deps))

  app.post(
    '/api/keys',
    { schema: { tags, body: NewApiKey, response: { 201: ApiKeyCreated } } },
    async (request, reply) => {
      const made = await makeKey(deps, signedIn(request), request.body.name)
      return reply.code(201).send(made)
    },
  )

  app.delete(
    '/api/keys/:name',
    { schema: { tags, params: ApiKeyParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await endKey(deps, signedIn(request), request.params.name)
      return reply.code(204).send(null)
    },
  )

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
