import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import { requireManager } from '../../session.ts'
import { StoreList, type StoreView } from './schema.ts'

/**
 * The chain's stores and their regions, for choosing and for reading where a rule holds. No data scope: names of shops
 * are on their doors, and a manager must be able to read that a rule holds elsewhere.
 */
export const storeRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get(
    '/api/stores',
    { onRequest: requireManager, schema: { tags: ['stores'], response: { 200: StoreList } } },
    async () => ({
      items: await rows<StoreView>(
        deps.db,
        Prisma.sql`
          select store_no as "storeNo", name, region from store
          order by region nulls last, name, store_no`,
      ),
    }),
  )
}
