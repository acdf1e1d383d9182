import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { BotDeps } from '../../../bot/deps.ts'
import { languageOf } from '../../language.ts'
import { findTasks } from './find-tasks.ts'
import { findTouches } from './find-touches.ts'
import { importRoutes } from './import-routes.ts'
import { requireApiKey } from './require-api-key.ts'
import { OpenTaskPage, OpenTouchPage, SinceQuery } from './schema.ts'
import { webhookRoutes } from './webhook-routes.ts'

const tags = ['open']
const security = [{ apiKey: [] }]

/**
 * The open API for the chain's systems (contracts, Open API): rows in, tasks, touches and events out.
 *
 * @param options.imports what rows are taken in with: a batch of them may take longer than an answer
 */
export const openApiRoutes: FastifyPluginAsyncTypebox<{ deps: BotDeps; imports: BotDeps }> = async (
  app,
  { deps, imports },
) => {
  app.decorateRequest('apiKeyName', '')
  app.addHook('onRequest', requireApiKey(deps))

  app.get(
    '/open/v1/tasks',
    { schema: { tags, security, querystring: SinceQuery, response: { 200: OpenTaskPage } } },
    (request) => findTasks(deps, request.query, languageOf(request)),
  )

  app.get(
    '/open/v1/touches',
    { schema: { tags, security, querystring: SinceQuery, response: { 200: OpenTouchPage } } },
    (request) => findTouches(deps, request.query),
  )

  await app.register(importRoutes, { deps: imports })
  await app.register(webhookRoutes, { deps })
}
