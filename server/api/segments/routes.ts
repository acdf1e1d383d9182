import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { SegmentNotFound } from '../../errors.ts'
import { requireManager, signedIn } from '../../session.ts'
import { findSegments } from './find-segments.ts'
import { deleteSegment, saveSegment } from './save-segment.ts'
import { NewSegment, SegmentList, SegmentParams, SegmentView } from './schema.ts'

const tags = ['segments']

/** Saved audiences. */
export const segmentRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.addHook('onRequest', requireManager)

  app.get(
    '/api/segments',
    { schema: { tags, response: { 200: SegmentList } } },
    async (request) => ({ items: await findSegments(deps, signedIn(request)), nextCursor: null }),
  )

  app.post(
    '/api/segments',
    { schema: { tags, body: NewSegment, response: { 201: SegmentView } } },
    async (request, reply) => {
      const user = signedIn(request)
      const [segment] = await findSegments(deps, user, await saveSegment(deps, user, request.body))
      if (!segment) throw new SegmentNotFound()
      return reply.code(201).send(segment)
    },
  )

  app.delete(
    '/api/segments/:id',
    { schema: { tags, params: SegmentParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await deleteSegment(deps, signedIn(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
