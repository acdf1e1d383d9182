import type { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireManager, signedIn } from '../../session.ts'
import { createHandover } from './create-handover.ts'
import { customersCsv } from './customers-csv.ts'
import { findCustomers } from './find-customers.ts'
import { findHandover, findHandoverId, findHandovers, findNeeded } from './find-handovers.ts'
import { previewHandover } from './preview-handover.ts'
import {
  HandoverCustomerPage,
  HandoverCustomerQuery,
  HandoverPage,
  HandoverParams,
  HandoverPreview,
  HandoverQuery,
  HandoverView,
  HandoverWhom,
  NeededHandovers,
  NewHandover,
} from './schema.ts'

const tags = ['handovers']
const params = HandoverParams
/** text that is written while it is read */
const Streamed = Type.Unsafe<Readable>({ type: 'string' })

/** A guide's customers and open tasks go to others: who needs it, try it, do it, watch it. */
export const handoverRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.addHook('onRequest', requireManager)

  app.get(
    '/api/handovers',
    { schema: { tags, querystring: HandoverQuery, response: { 200: HandoverPage } } },
    (request) => findHandovers(deps, signedIn(request), request.query),
  )

  app.get(
    '/api/handovers/needed',
    { schema: { tags, response: { 200: NeededHandovers } } },
    (request) => findNeeded(deps, signedIn(request)),
  )

  app.post(
    '/api/handovers/preview',
    { schema: { tags, body: HandoverWhom, response: { 200: HandoverPreview } } },
    (request) => previewHandover(deps, signedIn(request), request.body, languageOf(request)),
  )

  app.post(
    '/api/handovers',
    { schema: { tags, body: NewHandover, response: { 201: HandoverView } } },
    async (request, reply) => {
      const user = signedIn(request)
      const id = await createHandover(deps, user, request.body)
      return reply.code(201).send(await findHandover(deps, user, String(id)))
    },
  )

  app.get(
    '/api/handovers/:id',
    { schema: { tags, params, response: { 200: HandoverView } } },
    (request) => findHandover(deps, signedIn(request), request.params.id),
  )

  app.get(
    '/api/handovers/:id/customers',
    {
      schema: {
        tags,
        params,
        querystring: HandoverCustomerQuery,
        response: {
          200: {
            content: {
              'application/json': { schema: HandoverCustomerPage },
              'text/csv': { schema: Streamed },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const id = await findHandoverId(deps, signedIn(request), request.params.id)
      const { format, ...query } = request.query
      const lang = languageOf(request)
      if (format !== 'csv') return await findCustomers(deps, id, query, lang)
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="handover-${id}.csv"`)
        .send(customersCsv(deps, id, query, lang))
    },
  )
}
