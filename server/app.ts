import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type RouteOptions,
} from 'fastify'
import { answerError } from './answer-error.ts'
import { authRoutes } from './api/auth/routes.ts'
import { customerRoutes } from './api/customers/routes.ts'
import { healthRoutes } from './api/health/routes.ts'
import { jssdkRoutes } from './api/jssdk/routes.ts'
import { meRoutes } from './api/me/routes.ts'
import { openApiRoutes } from './api/open/routes.ts'
import { pageRoutes } from './api/pages/routes.ts'
import { reportRoutes } from './api/reports/routes.ts'
import { tagRoutes } from './api/tags/routes.ts'
import { taskRoutes } from './api/tasks/routes.ts'
import { touchRoutes } from './api/touches/routes.ts'
import { wecomCallbackRoutes } from './api/wecom-callback/routes.ts'
import type { AppDeps } from './deps.ts'
import { apiDocs } from './plugins/api-docs.ts'
import { builtAssets } from './plugins/built-assets.ts'
import { businessTime } from './plugins/business-time.ts'
import { contentSecurity } from './plugins/content-security.ts'
import { errorAnswers } from './plugins/error-answers.ts'
import { loadShedding } from './plugins/load-shedding.ts'
import { plainText } from './plugins/plain-text.ts'
import { requestLimit } from './plugins/rate-limit.ts'
import { requestLog } from './plugins/request-log.ts'
import { sessionCookie } from './plugins/session-cookie.ts'
import { requireSession } from './session.ts'

/**
 * The HTTP host, ready to listen or to inject into: what it is made of, in the order in which a request meets it.
 *
 * @param options.requestsPerMinute of one person or address; default 600
 * @param options.onRoute sees every route: the authorisation matrix is made from them
 */
export async function createApp(
  deps: AppDeps,
  options: { requestsPerMinute?: number; onRoute?: (route: RouteOptions) => void } = {},
): Promise<FastifyInstance> {
  const { config } = deps
  const loggerInstance: FastifyBaseLogger = deps.log
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: 'loopback',
    bodyLimit: 1_048_576,
    forceCloseConnections: 'idle',
    // an address that can't be read comes to no route's error handler
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler)
  app.decorateRequest('user', null)
  if (options.onRoute) app.addHook('onRoute', options.onRoute)

  // for WeCom, signed; first of all, so that no hook of the pages costs it time
  await app.register(wecomCallbackRoutes, { receiver: deps.receiver, metrics: deps.metrics })

  await app.register(requestLog)
  await app.register(contentSecurity, {
    publicUrl: config.publicUrl,
    oauthUrl: config.wecomOauthUrl,
    bridgeOrigin: deps.clientBridgeUrl && new URL(deps.clientBridgeUrl).origin,
  })
  await app.register(loadShedding)
  await app.register(sessionCookie, {
    sessionKey: config.sessionKey,
    publicUrl: config.publicUrl,
  })
  await app.register(requestLimit, { perMinute: options.requestsPerMinute })
  await app.register(errorAnswers)
  await app.register(plainText)
  await app.register(businessTime, { clock: deps.clock, zone: deps.zone })
  await app.register(builtAssets, { sidebarDir: deps.sidebarDir })
  await app.register(apiDocs, { publicUrl: config.publicUrl })

  // for anybody
  await app.register(healthRoutes, { deps })
  await app.register(authRoutes, { deps })
  await app.register(pageRoutes, { deps })
  // for the chain's systems, with a key
  await app.register(openApiRoutes, { deps })
  // for people, with a session: nothing in here answers without one
  await app.register(async (signedInOnly) => {
    signedInOnly.addHook('onRequest', requireSession(deps.db))
    await signedInOnly.register(meRoutes, { deps })
    await signedInOnly.register(jssdkRoutes, { deps })
    await signedInOnly.register(customerRoutes, { deps })
    await signedInOnly.register(tagRoutes, { deps })
    await signedInOnly.register(taskRoutes, { deps })
    await signedInOnly.register(touchRoutes, { deps })
    await signedInOnly.register(reportRoutes, { deps })
  })
  return app
}
