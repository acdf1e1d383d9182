import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { signedIn } from '../../session.ts'
import { addTag } from './add-tag.ts'
import { findLibrary } from './find-library.ts'
import { LibraryTag, NewTag, TagLibrary } from './schema.ts'

export const tagRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get('/api/tags', { schema: { tags: ['tags'], response: { 200: TagLibrary } } }, (request) =>
    findLibrary(deps.db, signedIn(request)),
  )

  app.post(
    '/api/tags',
    { schema: { tags: ['tags'], body: NewTag, response: { 201: LibraryTag } } },
    async (request, reply) => {
      const tag = await addTag(deps, signedIn(request), request.body, request.id)
      return reply.code(201).send(tag)
    },
  )
}
