import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters, requireManager, signedIn } from '../../session.ts'
import { currentRule, findRule, listRules } from './find-rule.ts'
import { lintRule } from './lint-rule.ts'
import { saveRule } from './save-rule.ts'
import {
  DryRunAnswer,
  DryRunQuestion,
  LintAnswer,
  LintQuestion,
  RuleChange,
  RuleList,
  RuleParams,
  RuleView,
} from './schema.ts'
import { tryRule } from './try-rule.ts'

/** Rules for managers: read, try, and for headquarters change, since they hold for the whole chain. */
export const ruleRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const tags = ['rules']
  const onRequest = requireManager
  const { prisma } = deps.db

  app.get(
    '/api/rules',
    { onRequest, schema: { tags, response: { 200: RuleList } } },
    async (request) => ({ items: await listRules(prisma, languageOf(request)), nextCursor: null }),
  )

  app.get(
    '/api/rules/:kind',
    { onRequest, schema: { tags, params: RuleParams, response: { 200: RuleView } } },
    (request) => findRule(prisma, request.params.kind, languageOf(request)),
  )

  app.put(
    '/api/rules/:kind',
    {
      onRequest: requireHeadquarters,
      schema: { tags, params: RuleParams, body: RuleChange, response: { 200: RuleView } },
    },
    async (request) => {
      const { kind } = request.params
      const lang = languageOf(request)
      await saveRule(deps, signedIn(request), kind, request.body, lang)
      return await findRule(prisma, kind, lang)
    },
  )

  app.post(
    '/api/rules/:kind/lint',
    {
      onRequest,
      schema: { tags, params: RuleParams, body: LintQuestion, response: { 200: LintAnswer } },
    },
    async (request) => {
      const { kind } = request.params
      const { params, stores } = await currentRule(prisma, kind)
      const { body } = request
      const asked = {
        params: { ...params, ...body.params },
        stores: body.stores === undefined ? stores : body.stores,
      }
      return await lintRule(deps, kind, asked, languageOf(request))
    },
  )

  app.post(
    '/api/rules/:kind/dry-run',
    {
      onRequest,
      schema: { tags, params: RuleParams, body: DryRunQuestion, response: { 200: DryRunAnswer } },
    },
    (request) =>
      tryRule(deps, signedIn(request), request.params.kind, request.body, languageOf(request)),
  )
}
