import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { CustomerNotFound } from '../../errors.ts'
import { findSignedIn, sessionUserid, signedIn } from '../../session.ts'
import { Id } from '../shapes.ts'
import { changeConsent } from './change-consent.ts'
import { changeCustomer } from './change-customer.ts'
import { changeTags } from './change-tags.ts'
import { findProfile } from './find-profile.ts'
import { findTimeline } from './find-timeline.ts'
import { createGroupCycles } from './group-cycles.ts'
import type { CustomerKey } from './profile-row.ts'
import { revealBirthday, revealMobile } from './reveal.ts'
import {
  ConsentChange,
  CustomerChange,
  CustomerProfile,
  NewNote,
  RevealedBirthday,
  RevealedMobile,
  TagChange,
  TagsAnswer,
  TimelinePage,
  TimelineQuery,
} from './schema.ts'
import { findWhy } from '../why/find-why.ts'
import { WhyAnswer, WhyQuery } from '../why/schema.ts'

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
  // what guides open hundreds of times a day asks the database once, for the customer and for who is asking
  const config = { findsSignedIn: true }
  const profile = async (request: FastifyRequest, key: CustomerKey): Promise<CustomerProfile> => {
    const userid = sessionUserid(request)
    const found = await findProfile(deps, findCycle, userid, key, languageOf(request))
    if (!found) {
      request.user ??= (await findSignedIn(deps.db, userid)) ?? null
      signedIn(request)
      throw new CustomerNotFound()
    }
    request.user = found.me
    return found.profile
  }

  app.get(
    '/api/customers/by-external/:externalUserId',
    { config, schema: { tags, params: ExternalParams, response: { 200: CustomerProfile } } },
    (request) => profile(request, request.params),
  )

  app.get(
    '/api/customers/:id',
    { config, schema: { tags, params: Params, response: { 200: CustomerProfile } } },
    (request) => profile(request, request.params),
  )

  app.patch(
    '/api/customers/:id',
    {
      schema: { tags, params: Params, body: CustomerChange, response: { 200: CustomerProfile } },
    },
    async (request) => {
      const { birthday } = request.body
      await changeCustomer(deps, signedIn(request), request.params.id, request.body, request.id)
      const shown = await profile(request, request.params)
      // its year is nobody's to see, but for who has just written it
      return birthday === undefined ? shown : { ...shown, birthday }
    },
  )

  app.get(
    '/api/customers/:id/timeline',
    {
      schema: { tags, params: Params, querystring: TimelineQuery, response: { 200: TimelinePage } },
    },
    (request) => findTimeline(deps, signedIn(request), request.params.id, request.query),
  )

  app.get(
    '/api/customers/:id/why',
    { schema: { tags, params: Params, querystring: WhyQuery, response: { 200: WhyAnswer } } },
    (request) => {
      const question = { customerId: request.params.id, kind: request.query.kind }
      return findWhy(deps, findCycle, signedIn(request), question, languageOf(request))
    },
  )

  app.patch(
    '/api/customers/:id/tags',
    { schema: { tags, params: Params, body: TagChange, response: { 200: TagsAnswer } } },
    (request) =>
      changeTags(
        deps,
        signedIn(request),
        request.params.id,
        request.body,
        request.id,
        languageOf(request),
      ),
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
      await changeConsent(deps, signedIn(request), request.params.id, request.body, request.id)
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
  app.post(
    '/api/customers/:id/reveal-birthday',
    { schema: { tags, params: Params, response: { 200: RevealedBirthday } } },
    async (request) => ({
      birthday: await revealBirthday(deps, signedIn(request), request.params.id),
    }),
  )
}
