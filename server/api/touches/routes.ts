import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { signedIn } from '../../session.ts'
import { recordTouch } from './record-touch.ts'
import { NewTouch, TouchView } from './schema.ts'

export const touchRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.post(
    '/api/touches',
    {
      schema: {
        tags: ['touches'],
        description: 'A repeated post with the same clientKey answers 200 with the first touch.',
        body: NewTouch,
        response: { 200: TouchView, 201: TouchView },
      },
    },
    async (request, reply) => {
      const { touch, isNew } = await recordTouch(deps, signedIn(request), request.body, request.id)
      return reply.code(isNew ? 201 : 200).send(touch)
    },
  )
}
