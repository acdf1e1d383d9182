import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { requireHeadquarters } from '../../session.ts'
import { findQuotas } from './find-quotas.ts'
import { Quotas } from './schema.ts'

/** How much of WeCom's limits is used. For headquarters. */
export const quotaRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get(
    '/api/quotas',
    {
      onRequest: requireHeadquarters,
      schema: { tags: ['settings'], response: { 200: Quotas } },
    },
    () => findQuotas(deps),
  )
}
