import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { listPage, listStatement } from '../../list-page.ts'
import { rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import { requireManager, signedIn } from '../../session.ts'
import { ListQuery } from '../shapes.ts'
import { GuideList, type Guide } from './schema.ts'

/** Who works in one's stores: for choosing whom to ask. */
export const guideRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get(
    '/api/guides',
    {
      onRequest: requireManager,
      schema: { tags: ['guides'], querystring: ListQuery, response: { 200: GuideList } },
    },
    async (request) => {
      const statement = listStatement(
        request.query,
        Prisma.sql`
          select e.id, e.userid, e.name, e.store_no as "storeNo", st.name as "storeName"
          from employee e left join store st on st.store_no = e.store_no
          where e.active and e.role <> 'hq' and ${scope.employees(signedIn(request))}`,
        [
          Prisma.sql`"storeName" is null`,
          Prisma.sql`coalesce("storeName", '')`,
          Prisma.sql`name`,
          Prisma.sql`userid`,
        ],
      )
      return listPage(request.query, await rows<Guide & { id: bigint }>(deps.db, statement))
    },
  )
}
