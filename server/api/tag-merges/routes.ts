import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { findTagMerges } from './find-tag-merges.ts'
import { beginTagMerge, beginUndo } from './merge-tags.ts'
import { NewTagMerge, TagMergePage, TagMergeParams, TagMergeQuery, TagMergeView } from './schema.ts'

const tags = ['tag-merges']

/** Making one tag part of another, and undoing it: for headquarters, since it holds for the whole chain. */
export const tagMergeRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.addHook('onRequest', requireHeadquarters)

  app.get(
    '/api/tag-merges',
    { schema: { tags, querystring: TagMergeQuery, response: { 200: TagMergePage } } },
    (request) => findTagMerges(deps.db, request.query.cursor),
  )

  app.post(
    '/api/tag-merges',
    { schema: { tags, body: NewTagMerge, response: { 202: TagMergeView } } },
    async (request, reply) =>
      reply.code(202).send(await beginTagMerge(deps, signedIn(request), request.body)),
  )

  app.post(
    '/api/tag-merges/:id/undo',
    { schema: { tags, params: TagMergeParams, response: { 202: TagMergeView } } },
    async (request, reply) =>
      reply.code(202).send(await beginUndo(deps, signedIn(request), request.params.id)),
  )
}
