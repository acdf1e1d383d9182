import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { runCheck } from '../../doctor/check.ts'
import { CHECK_NAMES } from '../../doctor/check-names.ts'
import { CHECKS } from '../../doctor/checks.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters } from '../../session.ts'
import { findNights } from './find-nights.ts'
import { CheckAnswer, CheckList, CheckParams, NightRuns } from './schema.ts'

const tags = ['settings']

/** The doctor's checks as a page, one call each, so that a page shows how far it is. For headquarters. */
export const healthCheckRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.addHook('onRequest', requireHeadquarters)

  app.get('/api/health-checks', { schema: { tags, response: { 200: CheckList } } }, (request) => {
    const lang = languageOf(request)
    return {
      items: CHECK_NAMES.map((name) => ({
        name,
        title: CHECKS[name].title[lang],
        about: CHECKS[name].about[lang],
      })),
      nextCursor: null,
    }
  })

  app.post(
    '/api/health-checks/:name/run',
    { schema: { tags, params: CheckParams, response: { 200: CheckAnswer } } },
    async (request) => {
      const { name } = request.params
      const lang = languageOf(request)
      const { ok, found, remedy } = await runCheck(CHECKS[name], deps)
      return { name, ok, found: found[lang], remedy: remedy?.[lang] ?? null }
    },
  )

  app.get('/api/nights', { schema: { tags, response: { 200: NightRuns } } }, () => findNights(deps))
}
