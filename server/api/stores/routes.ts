import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { listPage, listStatement } from '../../list-page.ts'
import { rows } from '../../rows.ts'
import { requireManager } from '../../session.ts'
import { ListQuery } from '../shapes.ts'
import { StoreList, type StoreView } from './schema.ts'

/**
 * The chain's stores and their regions, for choosing and for reading where a rule holds. No data scope: names of shops
 * are on their doors, and a manager must be able to read that a rule holds elsewhere.
 */
export const storeRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get(
    '/api/stores',
    {
      onRequest: requireManager,
      schema: { tags: ['stores'], querystring: ListQuery, response: { 200: StoreList } },
    },
    async (request) => {
      const statement = listStatement(
        request.query,
        Prisma.sql`select id, store_no as "storeNo", name, region from store`,
        [
          Prisma.sql`region is null`,
          Prisma.sql`coalesce(region, '')`,
          Prisma.sql`name`,
          Prisma.sql`"storeNo"`,
        ],
      )
      return listPage(request.query, await rows<StoreView & { id: bigint }>(deps.db, statement))
    },
  )
}
