import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyRequest } from 'fastify'
import { SUGGESTED_TAG_RULES } from '../../../domain/suggested-tag-rules.ts'
import type { AppDeps } from '../../deps.ts'
import { TagRuleNotFound } from '../../errors.ts'
import { languageOf } from '../../language.ts'
import { requireHeadquarters, requireManager, signedIn } from '../../session.ts'
import { findTagRules } from './find-tag-rules.ts'
import { findTagRuleHistory } from './find-tag-rule-history.ts'
import { saveTagRule } from './save-tag-rule.ts'
import {
  NewTagRule,
  TagRuleChange,
  TagRuleHistory,
  TagRulePage,
  TagRuleParams,
  TagRuleSuggestions,
  TagRuleView,
} from './schema.ts'

const tags = ['tag-rules']

/** Rules of automatic tags: managers read them, headquarters writes them, since they hold for the whole chain. */
export const tagRuleRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  const one = async (request: FastifyRequest, code: string): Promise<TagRuleView> => {
    const [found] = await findTagRules(deps, languageOf(request), code)
    if (!found) throw new TagRuleNotFound(code)
    return found
  }

  app.get(
    '/api/tag-rules',
    { onRequest: requireManager, schema: { tags, response: { 200: TagRulePage } } },
    // a hundred at most: one page
    async (request) => ({
      items: await findTagRules(deps, languageOf(request)),
      nextCursor: null,
    }),
  )

  app.get(
    '/api/tag-rules/suggestions',
    { onRequest: requireManager, schema: { tags, response: { 200: TagRuleSuggestions } } },
    async (request) => {
      const lang = languageOf(request)
      const rules = await findTagRules(deps, lang)
      const asks = (filter: unknown) =>
        rules.find((rule) => rule.enabled && isDeepStrictEqual(rule.filter, filter))?.code ?? null
      return {
        items: SUGGESTED_TAG_RULES.map(({ key, dimension, name, filter, about }) => ({
          key,
          dimension,
          name: name[lang],
          filter,
          about: about[lang],
          rule: asks(filter),
        })),
        nextCursor: null,
      }
    },
  )

  app.get(
    '/api/tag-rules/:code',
    {
      onRequest: requireManager,
      schema: { tags, params: TagRuleParams, response: { 200: TagRuleView } },
    },
    async (request) => one(request, request.params.code),
  )

  app.get(
    '/api/tag-rules/:code/history',
    {
      onRequest: requireManager,
      schema: { tags, params: TagRuleParams, response: { 200: TagRuleHistory } },
    },
    async (request) => {
      const { code } = request.params
      const history = await findTagRuleHistory(deps, code)
      if (history.items.length === 0) throw new TagRuleNotFound(code)
      return history
    },
  )

  app.post(
    '/api/tag-rules',
    {
      onRequest: requireHeadquarters,
      schema: { tags, body: NewTagRule, response: { 201: TagRuleView } },
    },
    async (request, reply) => {
      const code = await saveTagRule(deps, signedIn(request), request.body)
      return reply.code(201).send(await one(request, code))
    },
  )

  app.put(
    '/api/tag-rules/:code',
    {
      onRequest: requireHeadquarters,
      schema: { tags, params: TagRuleParams, body: TagRuleChange, response: { 200: TagRuleView } },
    },
    async (request) => {
      const { code } = request.params
      const { version, ...change } = request.body
      await saveTagRule(deps, signedIn(request), change, { code, version })
      return one(request, code)
    },
  )
}
