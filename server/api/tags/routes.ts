import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { requireHeadquarters, requireManager, signedIn } from '../../session.ts'
import { Id } from '../shapes.ts'
import { addTag } from './add-tag.ts'
import { findLibrary } from './find-library.ts'
import { deleteTag } from './delete-tag.ts'
import { findManagedTags } from './find-managed-tags.ts'
import { renameTag } from './rename-tag.ts'
import {
  LibraryTag,
  ManagedTagPage,
  ManagedTagQuery,
  NewTag,
  TagLibrary,
  TagRename,
} from './schema.ts'

const Params = Type.Object({ id: Id })

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

  app.get(
    '/api/tags/managed',
    {
      onRequest: requireManager,
      schema: { tags: ['tags'], querystring: ManagedTagQuery, response: { 200: ManagedTagPage } },
    },
    (request) => findManagedTags(deps.db, signedIn(request), request.query),
  )

  app.patch(
    '/api/tags/:id',
    {
      onRequest: requireHeadquarters,
      schema: { tags: ['tags'], params: Params, body: TagRename, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { id } = request.params
      await renameTag(deps, signedIn(request), id, request.body.name, request.id)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/tags/:id',
    {
      onRequest: requireHeadquarters,
      schema: { tags: ['tags'], params: Params, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await deleteTag(deps, signedIn(request), request.params.id, request.id)
      return reply.code(204).send(null)
    },
  )
}
