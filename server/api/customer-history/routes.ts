import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireManager, signedIn } from '../../session.ts'
import { Id } from '../shapes.ts'
import { findHistory } from './find-history.ts'
import { CustomerHistory } from './schema.ts'

/** What managers see of a customer beyond the sidebar's profile. */
export const customerHistoryRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.get(
    '/api/customers/:id/history',
    {
      onRequest: requireManager,
      schema: {
        tags: ['customers'],
        params: Type.Object({ id: Id }),
        response: { 200: CustomerHistory },
      },
    },
    (request) => findHistory(deps, signedIn(request), request.params.id, languageOf(request)),
  )
}
