import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireManager, signedIn } from '../../session.ts'
import { previewAudience } from './preview-audience.ts'
import { AudiencePreview, AudienceQuestion } from './schema.ts'

/** Whom a filter means, before anything is done with it. */
export const audienceRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.post(
    '/api/audiences/preview',
    {
      onRequest: requireManager,
      schema: {
        tags: ['audiences'],
        body: AudienceQuestion,
        response: { 200: AudiencePreview },
      },
    },
    (request) => previewAudience(deps, signedIn(request), request.body.filter, languageOf(request)),
  )
}
