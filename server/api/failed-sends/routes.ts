import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { countFailedSends, findFailedSends } from './find-failed-sends.ts'
import { retryKind, retryOne } from './retry-sends.ts'
import {
  FailedSendCounts,
  FailedSendPage,
  FailedSendParams,
  FailedSendQuery,
  Retried,
  RetryKind,
  RetryOne,
} from './schema.ts'

const tags = ['settings']

/** What could not be sent, and another try. For headquarters: it is the whole chain's. */
export const failedSendRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.addHook('onRequest', requireHeadquarters)

  app.get(
    '/api/failed-sends',
    { schema: { tags, querystring: FailedSendQuery, response: { 200: FailedSendPage } } },
    (request) => findFailedSends(deps, request.query, languageOf(request)),
  )

  app.get(
    '/api/failed-sends/counts',
    { schema: { tags, response: { 200: FailedSendCounts } } },
    () => countFailedSends(deps),
  )

  app.post(
    '/api/failed-sends/retry',
    { schema: { tags, body: RetryKind, response: { 200: Retried } } },
    (request) => retryKind(deps, signedIn(request), request.body),
  )

  app.post(
    '/api/failed-sends/:id/retry',
    { schema: { tags, params: FailedSendParams, body: RetryOne, response: { 200: Retried } } },
    (request) => retryOne(deps, signedIn(request), request.params.id, request.body),
  )
}
