import type { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireManager, signedIn } from '../../session.ts'
import { cancelAssignment, pressAssignment } from './act-on-assignment.ts'
import { createAssignment, repeatAssignment } from './create-assignment.ts'
import { customersCsv } from './customers-csv.ts'
import { findAssignment } from './find-assignment.ts'
import { findAssignments } from './find-assignments.ts'
import { findCustomers } from './find-customers.ts'
import { progressEvents } from './progress-events.ts'
import { previewAssignment } from './preview-assignment.ts'
import { createProgressHub } from './progress-hub.ts'
import {
  AssignmentCustomerPage,
  AssignmentCustomerQuery,
  AssignmentPage,
  AssignmentParams,
  AssignmentPreview,
  AssignmentQuery,
  AssignmentQuestion,
  AssignmentView,
  NewAssignment,
  PressAnswer,
  PressBody,
  RepeatBody,
} from './schema.ts'
import { findAssignmentId } from './visible-assignment.ts'

const tags = ['assignments']
const params = AssignmentParams
/** text that is written while it is read */
const Streamed = Type.Unsafe<Readable>({ type: 'string' })

/** Managers' orders that become many tasks: make, watch, press, call off, repeat. */
export const assignmentRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  app.addHook('onRequest', requireManager)
  const hub = createProgressHub(deps)

  app.get(
    '/api/assignments',
    { schema: { tags, querystring: AssignmentQuery, response: { 200: AssignmentPage } } },
    (request) => findAssignments(deps, signedIn(request), request.query),
  )

  app.post(
    '/api/assignments',
    { schema: { tags, body: NewAssignment, response: { 201: AssignmentView } } },
    async (request, reply) => {
      const user = signedIn(request)
      const id = await createAssignment(deps, user, request.body)
      return reply.code(201).send(await findAssignment(deps, user, String(id)))
    },
  )

  app.post(
    '/api/assignments/preview',
    { schema: { tags, body: AssignmentQuestion, response: { 200: AssignmentPreview } } },
    (request) => previewAssignment(deps, signedIn(request), request.body),
  )

  app.get(
    '/api/assignments/:id',
    { schema: { tags, params, response: { 200: AssignmentView } } },
    (request) => findAssignment(deps, signedIn(request), request.params.id),
  )

  app.get(
    '/api/assignments/:id/customers',
    {
      schema: {
        tags,
        params,
        querystring: AssignmentCustomerQuery,
        response: {
          200: {
            content: {
              'application/json': { schema: AssignmentCustomerPage },
              'text/csv': { schema: Streamed },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const id = await findAssignmentId(deps, signedIn(request), request.params.id)
      const { format, ...query } = request.query
      const lang = languageOf(request)
      if (format !== 'csv') return await findCustomers(deps, id, query, lang)
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="assignment-${id}.csv"`)
        .send(customersCsv(deps, id, query, lang))
    },
  )

  app.post(
    '/api/assignments/:id/press',
    { schema: { tags, params, body: PressBody, response: { 200: PressAnswer } } },
    (request) => pressAssignment(deps, signedIn(request), request.params.id, request.body),
  )

  app.post(
    '/api/assignments/:id/cancel',
    { schema: { tags, params, response: { 200: AssignmentView } } },
    async (request) => {
      const user = signedIn(request)
      await cancelAssignment(deps, user, request.params.id)
      return await findAssignment(deps, user, request.params.id)
    },
  )

  app.post(
    '/api/assignments/:id/repeat',
    { schema: { tags, params, body: RepeatBody, response: { 201: AssignmentView } } },
    async (request, reply) => {
      const user = signedIn(request)
      const id = await repeatAssignment(deps, user, request.params.id, request.body)
      return reply.code(201).send(await findAssignment(deps, user, String(id)))
    },
  )

  app.get(
    '/api/assignments/:id/events',
    {
      config: { isStream: true },
      schema: {
        tags,
        params,
        description: 'server-sent events `progress`: the changing parts of the assignment',
        response: { 200: { content: { 'text/event-stream': { schema: Streamed } } } },
      },
    },
    async (request, reply) => {
      const id = await findAssignmentId(deps, signedIn(request), request.params.id)
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(progressEvents(app, deps, hub, request, id))
    },
  )
}
