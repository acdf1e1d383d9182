import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { endKey, findKeys, makeKey } from './change-keys.ts'
import { ApiKeyCreated, ApiKeyPage, ApiKeyParams, NewApiKey } from './schema.ts'

const tags = ['settings']

/** Keys of the open API. For headquarters: they open the whole chain's data. */
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
}
