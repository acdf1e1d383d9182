import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { auditCsv } from './audit-csv.ts'
import { findAudit } from './find-audit.ts'
import { AuditPage, AuditQuery } from './schema.ts'

const tags = ['settings']

/** Who did what that matters. For headquarters: it names people of every store. */
export const auditRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get(
    '/api/audit',
    {
      onRequest: requireHeadquarters,
      schema: {
        tags,
        querystring: AuditQuery,
        response: {
          200: {
            description: 'a page, or all of it as a table where `format=csv` asks for that',
            content: {
              'application/json': { schema: AuditPage },
              'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { format, cursor, ...filter } = request.query
      const lang = languageOf(request)
      if (format !== 'csv') return await findAudit(deps, filter, cursor, lang)
      const lines = await auditCsv(deps, signedIn(request), filter, lang)
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit.csv"')
        .send(Readable.from(lines))
    },
  )
}
