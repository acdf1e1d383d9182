import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { findDuplicates } from './find-duplicates.ts'
import { findMerges } from './find-merges.ts'
import { mergeCustomers, undoCustomerMerge } from './merge-customers.ts'
import { previewMerge } from './preview-merge.ts'
import {
  DuplicatePage,
  DuplicateQuery,
  MergePage,
  MergePair,
  MergeParams,
  MergePreview,
  MergeQuery,
  MergeView,
  NewMerge,
} from './schema.ts'

const tags = ['customer-merges']

/** Finding customers who are one person, and making them one: for headquarters (docs/adr/0025-duplicates-by-hand.md). */
export const customerMergeRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.addHook('onRequest', requireHeadquarters)

  app.get(
    '/api/customer-duplicates',
    { schema: { tags, querystring: DuplicateQuery, response: { 200: DuplicatePage } } },
    (request) => findDuplicates(deps, request.query, languageOf(request)),
  )

  app.post(
    '/api/customer-merges/preview',
    { schema: { tags, body: MergePair, response: { 200: MergePreview } } },
    (request) => previewMerge(deps, request.body, languageOf(request)),
  )

  app.get(
    '/api/customer-merges',
    { schema: { tags, querystring: MergeQuery, response: { 200: MergePage } } },
    (request) => findMerges(deps, request.query.cursor, languageOf(request)),
  )

  app.post(
    '/api/customer-merges',
    { schema: { tags, body: NewMerge, response: { 201: MergeView } } },
    async (request, reply) => {
      const user = signedIn(request)
      const lang = languageOf(request)
      return reply.code(201).send(await mergeCustomers(deps, user, request.body, request.id, lang))
    },
  )

  app.post(
    '/api/customer-merges/:id/undo',
    { schema: { tags, params: MergeParams, response: { 200: MergeView } } },
    (request) =>
      undoCustomerMerge(
        deps,
        signedIn(request),
        request.params.id,
        request.id,
        languageOf(request),
      ),
  )
}
