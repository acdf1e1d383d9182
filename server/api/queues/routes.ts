import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { dropDeadJob, retryDeadJob } from './change-dead-job.ts'
import { findQueues } from './find-queues.ts'
import { DeadJobParams, DeadJobRetried, Queues } from './schema.ts'

const tags = ['settings']

/** What waits, and what nothing more is tried for. For headquarters. */
export const queueRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.addHook('onRequest', requireHeadquarters)

  app.get('/api/queues', { schema: { tags, response: { 200: Queues } } }, () => findQueues(deps))

  app.post(
    '/api/dead-jobs/:id/retry',
    { schema: { tags, params: DeadJobParams, response: { 200: DeadJobRetried } } },
    async (request) => ({
      retried: await retryDeadJob(deps, signedIn(request), request.params.id),
    }),
  )

  app.delete(
    '/api/dead-jobs/:id',
    { schema: { tags, params: DeadJobParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await dropDeadJob(deps, signedIn(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
