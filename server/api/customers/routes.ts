import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { signedIn } from '../../session.ts'
import { Id } from '../shapes.ts'
import { changeConsent } from './change-consent.ts'
import { changeCustomer } from './change-customer.ts'
import { changeTags } from './change-tags.ts'
import { findProfile } from './find-profile.ts'
import { findTimeline } from './find-timeline.ts'
import { createGroupCycles } from './group-cycles.ts'
import type { CustomerKey } from './profile-row.ts'
import { revealMobile } from './reveal-mobile.ts'
import {
  ConsentChange,
  CustomerChange,
  CustomerProfile,
  NewNote,
  RevealedMobile,
  TagChange,
  TagsAnswer,
  TimelinePage,
  TimelineQuery,
} from './schema.ts'

const Params = Type.Object({ id: Id })
const ExternalParams = Type.Object({
  externalUserId: Type.String({ minLength: 1, maxLength: 64 }),
})
const tags = ['customers']

/** What the sidebar shows of one customer, and what a guide may write down about them. */
export const customerRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  const findCycle = createGroupCycles(deps.db)
  const profile = (request: FastifyRequest, key: CustomerKey): Promise<CustomerProfile> =>
    findProfile(deps, findCycle, signedIn(request), key, languageOf(request))

  app.get(
    '/api/customers/by-external/:externalUserId',
    { schema: { tags, params: ExternalParams, response: { 200: CustomerProfile } } },
    (request) => profile(request, request.params),
  )

  app.get(
    '/api/customers/:id',
    { schema: { tags, params: Params, response: { 200: CustomerProfile } } },
    (request) => profile(request, request.params),
  )

  app.patch(
    '/api/customers/:id',
    {
      schema: { tags, params: Params, body: CustomerChange, response: { 200: CustomerProfile } },
    },
    async (request) => {
      await changeCustomer(deps, signedIn(request), request.params.id, request.body, request.id)
      return profile(request, request.params)
    },
  )

  app.get(
    '/api/customers/:id/timeline',
    {
      schema: { tags, params: Params, querystring: TimelineQuery, response: { 200: TimelinePage } },
    },
    (request) => findTimeline(deps.db, signedIn(request), request.params.id, request.query),
  )

  app.patch(
    '/api/customers/:id/tags',
    { schema: { tags, params: Params, body: TagChange, response: { 200: TagsAnswer } } },
    (request) => changeTags(deps, signedIn(request), request.params.id, request.body, request.id),
  )

  app.post(
    '/api/customers/:id/notes',
    { schema: { tags, params: Params, body: NewNote, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const change = { note: request.body.text }
      await changeCustomer(deps, signedIn(request), request.params.id, change, request.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/customers/:id/consent',
    {
      schema: { tags, params: Params, body: ConsentChange, response: { 200: CustomerProfile } },
    },
    async (request) => {
      await changeConsent(deps, signedIn(request), request.params.id, request.body)
      return profile(request, request.params)
    },
  )

  app.post(
    '/api/customers/:id/reveal-mobile',
    { schema: { tags, params: Params, response: { 200: RevealedMobile } } },
    async (request) => ({
      mobile: await revealMobile(deps, signedIn(request), request.params.id),
    }),
  )
}
