import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { TaskAction } from '../../../bot/tasks/change.ts'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { signedIn } from '../../session.ts'
import { Id, page } from '../shapes.ts'
import { actOnTask } from './act-on-task.ts'
import { findTask } from './find-task.ts'
import { findTasks } from './find-tasks.ts'
import { findWaiting } from './find-waiting.ts'
import {
  DismissBody,
  DoneBody,
  SnoozeBody,
  TaskPage,
  TaskQuery,
  TaskView,
  WaitingQuery,
  WaitingView,
} from './schema.ts'

const Params = Type.Object({ id: Id })
const tags = ['tasks']

/** My tasks, and what I may do with each. */
export const taskRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const act = async (
    request: FastifyRequest,
    taskId: string,
    action: TaskAction,
  ): Promise<TaskView> => {
    const user = signedIn(request)
    await actOnTask(deps, user, taskId, action, pageOf(request))
    return findTask(deps, user, taskId, languageOf(request))
  }

  app.get(
    '/api/tasks',
    { schema: { tags, querystring: TaskQuery, response: { 200: TaskPage } } },
    (request) => findTasks(deps, signedIn(request), request.query, languageOf(request)),
  )

  app.get(
    '/api/tasks/waiting',
    { schema: { tags, querystring: WaitingQuery, response: { 200: page(WaitingView) } } },
    (request) => findWaiting(deps, signedIn(request), request.query, languageOf(request)),
  )

  app.get(
    '/api/tasks/:id',
    { schema: { tags, params: Params, response: { 200: TaskView } } },
    (request) => findTask(deps, signedIn(request), request.params.id, languageOf(request)),
  )

  app.post(
    '/api/tasks/:id/start',
    { schema: { tags, params: Params, response: { 200: TaskView } } },
    (request) => act(request, request.params.id, { do: 'start' }),
  )

  app.post(
    '/api/tasks/:id/done',
    { schema: { tags, params: Params, body: DoneBody, response: { 200: TaskView } } },
    (request) => act(request, request.params.id, { do: 'done', ...request.body }),
  )

  app.post(
    '/api/tasks/:id/snooze',
    { schema: { tags, params: Params, body: SnoozeBody, response: { 200: TaskView } } },
    (request) =>
      act(request, request.params.id, { do: 'snooze', until: new Date(request.body.until) }),
  )

  app.post(
    '/api/tasks/:id/dismiss',
    { schema: { tags, params: Params, body: DismissBody, response: { 200: TaskView } } },
    (request) => act(request, request.params.id, { do: 'dismiss', ...request.body }),
  )
}

/** The page a request comes from; the task's history says so. */
function pageOf(request: FastifyRequest): 'sidebar' | 'desk' {
  const { referer } = request.headers
  return referer && URL.canParse(referer) && new URL(referer).pathname.endsWith('/sidebar')
    ? 'sidebar'
    : 'desk'
}
