import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireManager, signedIn } from '../../session.ts'
import { Id } from '../shapes.ts'
import { beginExport, exportLines } from './export-lines.ts'
import { findCustomerLines } from './find-lines.ts'
import { CustomerLines, CustomerSearch, ExportAnswer, NewExport } from './schema.ts'

const tags = ['customers']

/** The managers' list of customers, and what they take out of it. */
export const customerListRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.post(
    '/api/customers/search',
    {
      onRequest: requireManager,
      schema: { tags, body: CustomerSearch, response: { 200: CustomerLines } },
    },
    (request) => findCustomerLines(deps, signedIn(request), request.body, languageOf(request)),
  )

  app.post(
    '/api/customers/exports',
    {
      onRequest: requireManager,
      schema: { tags, body: NewExport, response: { 201: ExportAnswer } },
    },
    async (request, reply) => {
      const id = await beginExport(deps, signedIn(request), request.body)
      return reply.code(201).send({ id, url: `/api/customers/exports/${id}` })
    },
  )

  app.get(
    '/api/customers/exports/:id',
    {
      onRequest: requireManager,
      schema: {
        tags,
        params: Type.Object({ id: Id }),
        produces: ['text/csv'],
      },
    },
    async (request, reply) => {
      const lines = await exportLines(
        deps,
        signedIn(request),
        request.params.id,
        languageOf(request),
      )
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="customers-${request.params.id}.csv"`)
        .send(Readable.from(lines))
    },
  )
}
