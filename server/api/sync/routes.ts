import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { SyncStarted, SyncState } from './schema.ts'
import { findSyncState, startSync } from './sync-state.ts'

const tags = ['settings']

/** Reading WeCom's lists, and imports. For headquarters. */
export const syncRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.addHook('onRequest', requireHeadquarters)

  app.get('/api/sync', { schema: { tags, response: { 200: SyncState } } }, () =>
    findSyncState(deps),
  )

  app.post(
    '/api/sync',
    { schema: { tags, response: { 202: SyncStarted } } },
    async (request, reply) => reply.code(202).send(await startSync(deps, signedIn(request))),
  )
}
