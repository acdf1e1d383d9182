import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { SignInRefused } from '../../errors.ts'
import { ownPath } from '../../own-path.ts'
import { plainPage } from '../pages/plain-page.ts'
import { authorizeUrl } from './authorize-url.ts'
import { CallbackQuery, LoginQuery } from './schema.ts'
import { whoSignedIn } from './who-signed-in.ts'

/** sign-ins that one browser may have begun at once: a page each in a few tabs */
const PENDING = 5

/** Sign-in through WeCom: there, back, and out again (contracts.md, Sign-in). */
export const authRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  // people meet these failures in a page, programs as JSON
  const toJson = app.errorHandler
  app.setErrorHandler((error, request, reply) => {
    if (!wantsPage(request)) return toJson(error, request, reply)
    const status = hasStatus(error) && error.statusCode < 500 ? error.statusCode : 503
    request.log.info({ err: error }, 'sign-in refused')
    return reply
      .code(status)
      .type('text/html; charset=utf-8')
      .send(
        plainPage({
          title: '没有登录成功',
          text: status === 503 ? '暂时连不上，请稍后再试。 Please try again.' : messageOf(error),
          action: { label: '重试', href: '/auth/login' },
          requestId: request.id,
        }),
      )
  })

  app.get(
    '/auth/login',
    { schema: { tags: ['sign-in'], querystring: LoginQuery } },
    (request, reply) => {
      const to = ownPath(request.query.to ?? '/')
      if (to === undefined) throw badField('to', 'must be a path of ours, such as /desk.')
      const state = randomBytes(16).toString('hex')
      const others = request.session.get('pending') ?? []
      request.session.set('pending', [...others.slice(1 - PENDING), { state, to }])
      return noStore(reply).redirect(
        authorizeUrl(deps.config, request.headers['user-agent'] ?? '', state),
      )
    },
  )

  app.get(
    '/auth/callback',
    { schema: { tags: ['sign-in'], querystring: CallbackQuery } },
    async (request, reply) => {
      const { code, state } = request.query
      const pending = request.session.get('pending') ?? []
      const begun = pending.find((one) => one.state === state)
      // a state holds once, whatever comes of it
      request.session.set(
        'pending',
        pending.filter((one) => one !== begun),
      )
      if (!begun) throw new SignInRefused('这个登录链接不是从这里打开的，或已经用过。')
      if (!code) throw new SignInRefused('企业微信没有给出登录凭证。')
      const user = await whoSignedIn(deps, code, request.id)
      request.session.regenerate()
      request.session.set('userid', user.userid)
      request.log.info({ employeeId: user.id }, 'signed in')
      return noStore(reply).redirect(begun.to)
    },
  )

  app.post('/auth/logout', { schema: { tags: ['sign-in'] } }, (request, reply) => {
    request.session.delete()
    return reply.code(204).send()
  })
}

function noStore(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store')
}

function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '')
}

function hasStatus(error: unknown): error is Error & { statusCode: number } {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
