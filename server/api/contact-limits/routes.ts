import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { dryRunLimits } from '../../../bot/tasks/dry-run-limits.ts'
import { nextScanDay } from '../../../bot/tasks/find-candidate.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { AppDeps } from '../../deps.ts'
import { DryRunBusy } from '../../errors.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters, requireManager, signedIn } from '../../session.ts'
import { findLimits } from './find-limits.ts'
import { changedLimits, changeLimits } from './save-limits.ts'
import { LimitsChange, LimitsQuestion, LimitsTried, LimitsView } from './schema.ts'

/** How often customers may be reached: managers read it, headquarters try and change it, for it holds for everybody. */
export const contactLimitRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  const tags = ['rules']

  app.get(
    '/api/contact-limits',
    { onRequest: requireManager, schema: { tags, response: { 200: LimitsView } } },
    () => findLimits(deps),
  )

  app.put(
    '/api/contact-limits',
    {
      onRequest: requireHeadquarters,
      schema: { tags, body: LimitsChange, response: { 200: LimitsView } },
    },
    async (request) => {
      await changeLimits(deps, signedIn(request), request.body, languageOf(request))
      return await findLimits(deps)
    },
  )

  app.post(
    '/api/contact-limits/dry-run',
    {
      onRequest: requireHeadquarters,
      schema: { tags, body: LimitsQuestion, response: { 200: LimitsTried } },
    },
    async (request) => {
      const limits = await changedLimits(deps, request.body, languageOf(request))
      const today = businessDay(deps.clock.now(), deps.zone)
      const tried = await dryRunLimits(deps, limits, await nextScanDay(deps.db.prisma, today))
      if (!tried) throw new DryRunBusy()
      return tried
    },
  )
}
