import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireManager, signedIn } from '../../session.ts'
import { findTemplate } from './find-template.ts'
import { findTemplates } from './find-templates.ts'
import { previewTemplate } from './preview-template.ts'
import { addTemplate, saveTemplate } from './save-template.ts'
import {
  NewTemplate,
  PreviewAnswer,
  PreviewQuestion,
  TemplateChange,
  TemplateList,
  TemplateParams,
  TemplateQuery,
  TemplateResults,
  TemplateView,
  WordsLinted,
  WordsQuestion,
} from './schema.ts'
import { checkSituation, lintIn } from './template.ts'
import { templateResults } from './template-results.ts'

/** Words for managers: the chain's are headquarters’ to change, a store's its managers’ too. */
export const templateRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  const tags = ['templates']
  const onRequest = requireManager

  app.get(
    '/api/templates',
    {
      onRequest,
      schema: { tags, querystring: TemplateQuery, response: { 200: TemplateList } },
    },
    (request) => findTemplates(deps, signedIn(request), request.query, languageOf(request)),
  )

  app.post(
    '/api/templates',
    { onRequest, schema: { tags, body: NewTemplate, response: { 201: TemplateView } } },
    async (request, reply) => {
      const user = signedIn(request)
      const lang = languageOf(request)
      const id = await addTemplate(deps, user, request.body, lang)
      return reply.code(201).send(await findTemplate(deps, user, id, lang))
    },
  )

  app.post(
    '/api/templates/lint',
    { onRequest, schema: { tags, body: WordsQuestion, response: { 200: WordsLinted } } },
    async (request) => {
      const { kind, situation, variants } = request.body
      checkSituation(kind, situation)
      return { findings: lintIn(kind, situation, variants, languageOf(request)) }
    },
  )

  app.post(
    '/api/templates/preview',
    { onRequest, schema: { tags, body: PreviewQuestion, response: { 200: PreviewAnswer } } },
    (request) => previewTemplate(deps, signedIn(request), request.body, languageOf(request)),
  )

  app.get(
    '/api/templates/:id',
    { onRequest, schema: { tags, params: TemplateParams, response: { 200: TemplateView } } },
    (request) => findTemplate(deps, signedIn(request), request.params.id, languageOf(request)),
  )

  app.put(
    '/api/templates/:id',
    {
      onRequest,
      schema: {
        tags,
        params: TemplateParams,
        body: TemplateChange,
        response: { 200: TemplateView },
      },
    },
    async (request) => {
      const user = signedIn(request)
      const lang = languageOf(request)
      const { id } = request.params
      await saveTemplate(deps, user, id, request.body, lang)
      return await findTemplate(deps, user, id, lang)
    },
  )

  app.get(
    '/api/templates/:id/results',
    { onRequest, schema: { tags, params: TemplateParams, response: { 200: TemplateResults } } },
    (request) => templateResults(deps, signedIn(request), request.params.id, languageOf(request)),
  )
}
