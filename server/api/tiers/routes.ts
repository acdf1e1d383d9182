import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters, requireManager, signedIn } from '../../session.ts'
import { findTiers } from './find-tiers.ts'
import { lintTiersHere } from './lint-tiers.ts'
import { saveTiers } from './save-tiers.ts'
import { TiersChange, TiersLinted, TiersQuestion, TiersTriedAnswer, TiersView } from './schema.ts'
import { tryTiersFor } from './try-tiers.ts'

/** The tier table: managers read and try, headquarters change, since it holds for the whole chain. */
export const tierRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const tags = ['tiers']
  const onRequest = requireManager

  app.get('/api/tiers', { onRequest, schema: { tags, response: { 200: TiersView } } }, (request) =>
    findTiers(deps, signedIn(request), languageOf(request)),
  )

  app.put(
    '/api/tiers',
    {
      onRequest: requireHeadquarters,
      schema: { tags, body: TiersChange, response: { 200: TiersView } },
    },
    async (request) => {
      const user = signedIn(request)
      const lang = languageOf(request)
      await saveTiers(deps, user, request.body, lang)
      return await findTiers(deps, user, lang)
    },
  )

  app.post(
    '/api/tiers/lint',
    { onRequest, schema: { tags, body: TiersQuestion, response: { 200: TiersLinted } } },
    (request) => lintTiersHere(deps, request.body, languageOf(request)),
  )

  app.post(
    '/api/tiers/dry-run',
    { onRequest, schema: { tags, body: TiersQuestion, response: { 200: TiersTriedAnswer } } },
    (request) => tryTiersFor(deps, signedIn(request), request.body, languageOf(request)),
  )
}
