import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { signedIn } from '../../session.ts'
import { findMe } from './find-me.ts'
import { Me } from './schema.ts'

export const meRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get('/api/me', { schema: { tags: ['me'], response: { 200: Me } } }, (request) =>
    findMe(deps.db, signedIn(request)),
  )
}
