import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { findSignedIn } from '../../session.ts'
import { createGroupCycles } from '../customers/group-cycles.ts'
import { HandoverParams } from '../handovers/schema.ts'
import { plainPage } from '../pages/plain-page.ts'
import { BRIEF_STYLE, briefPage } from './brief-page.ts'
import { BRIEF_WORDS } from './brief-words.ts'
import { findBriefs } from './find-briefs.ts'

/** A page for each important customer of a handover, for who takes them: by link from their card, readable on a phone. */
export const briefRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const findCycle = createGroupCycles(deps.db)

  app.get(
    '/briefs/:id',
    { schema: { hide: true, params: HandoverParams } },
    async (request, reply) => {
      const userid = request.session.get('userid')
      const user = userid ? await findSignedIn(deps.db, userid) : undefined
      if (!user) return reply.redirect(`/auth/login?to=${encodeURIComponent(request.url)}`)
      const lang = languageOf(request)
      const found = await findBriefs(deps, findCycle, user, request.params.id, lang)
      void reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
      if (found) return reply.send(briefPage(found, lang))
      const { title, none } = BRIEF_WORDS[lang]
      return reply.code(404).send(plainPage({ title, text: none, requestId: request.id }))
    },
  )

  app.get('/briefs.css', { schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/css; charset=utf-8')
      .header('cache-control', 'max-age=86400')
      .send(BRIEF_STYLE),
  )
}
