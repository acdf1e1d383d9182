import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { tryPoints } from '../../../bot/members/try-points.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { AppDeps } from '../../deps.ts'
import { DryRunBusy } from '../../errors.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters, signedIn } from '../../session.ts'
import { currentProgramme, findProgramme } from './find-programme.ts'
import { lintProgrammeHere } from './lint-programme.ts'
import { changedProgramme, changeProgramme } from './save-programme.ts'
import {
  ProgrammeChange,
  ProgrammeLinted,
  ProgrammeQuestion,
  ProgrammeTried,
  ProgrammeView,
} from './schema.ts'

/** The chain's points programme: headquarters read, try and change it, since it holds for every member. */
export const pointsProgrammeRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  const tags = ['points']
  const onRequest = requireHeadquarters

  app.get(
    '/api/points-programme',
    { onRequest, schema: { tags, response: { 200: ProgrammeView } } },
    (request) => findProgramme(deps, languageOf(request)),
  )

  app.put(
    '/api/points-programme',
    { onRequest, schema: { tags, body: ProgrammeChange, response: { 200: ProgrammeView } } },
    async (request) => {
      const lang = languageOf(request)
      await changeProgramme(deps, signedIn(request), request.body, lang)
      return await findProgramme(deps, lang)
    },
  )

  app.post(
    '/api/points-programme/lint',
    { onRequest, schema: { tags, body: ProgrammeQuestion, response: { 200: ProgrammeLinted } } },
    async (request) => {
      const current = await currentProgramme(deps)
      const { enabled = current.enabled, params } = request.body
      const asked = { enabled, params: { ...current.params, ...params } }
      return { findings: await lintProgrammeHere(deps, asked, languageOf(request)) }
    },
  )

  app.post(
    '/api/points-programme/dry-run',
    { onRequest, schema: { tags, body: ProgrammeQuestion, response: { 200: ProgrammeTried } } },
    async (request) => {
      const { enabled, params } = await changedProgramme(deps, request.body, languageOf(request))
      const today = businessDay(deps.clock.now(), deps.zone)
      const tried = await tryPoints(deps, enabled ? params : null, today)
      if (!tried) throw new DryRunBusy()
      return tried
    },
  )
}
