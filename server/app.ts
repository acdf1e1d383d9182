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
import { apiKeyRoutes } from './api/api-keys/routes.ts'
import { assignmentRoutes } from './api/assignments/routes.ts'
import { auditRoutes } from './api/audit/routes.ts'
import { audienceRoutes } from './api/audiences/routes.ts'
import { handoverRoutes } from './api/handovers/routes.ts'
import { environmentRoutes } from './api/environment/routes.ts'
import { failedSendRoutes } from './api/failed-sends/routes.ts'
import { guideRoutes } from './api/guides/routes.ts'
import { customerMergeRoutes } from './api/customer-merges/routes.ts'
import { customerHistoryRoutes } from './api/customer-history/routes.ts'
import { customerListRoutes } from './api/customer-list/routes.ts'
import { briefRoutes } from './api/briefs/routes.ts'
import { authRoutes } from './api/auth/routes.ts'
import { customerRoutes } from './api/customers/routes.ts'
import { healthCheckRoutes } from './api/health-checks/routes.ts'
import { healthRoutes } from './api/health/routes.ts'
import { jssdkRoutes } from './api/jssdk/routes.ts'
import { meRoutes } from './api/me/routes.ts'
import { openApiRoutes } from './api/open/routes.ts'
import { pageRoutes } from './api/pages/routes.ts'
import { queueRoutes } from './api/queues/routes.ts'
import { quotaRoutes } from './api/quotas/routes.ts'
import { reportRoutes } from './api/reports/routes.ts'
import { contactLimitRoutes } from './api/contact-limits/routes.ts'
import { pointsProgrammeRoutes } from './api/points-programme/routes.ts'
import { ruleRoutes } from './api/rules/routes.ts'
import { segmentRoutes } from './api/segments/routes.ts'
import { storeRoutes } from './api/stores/routes.ts'
import { syncRoutes } from './api/sync/routes.ts'
import { tagMergeRoutes } from './api/tag-merges/routes.ts'
import { tagRuleRoutes } from './api/tag-rules/routes.ts'
import { tagRoutes } from './api/tags/routes.ts'
import { taskRoutes } from './api/tasks/routes.ts'
import { templateRoutes } from './api/templates/routes.ts'
import { tierRoutes } from './api/tiers/routes.ts'
import { touchRoutes } from './api/touches/routes.ts'
import { webhookRoutes } from './api/webhooks/routes.ts'
import { wecomCallbackRoutes } from './api/wecom-callback/routes.ts'
import type { AppDeps } from './deps.ts'
import { apiDocs } from './plugins/api-docs.ts'
import { atOnce } from './plugins/at-once.ts'
import { builtAssets } from './plugins/built-assets.ts'
import { businessTime } from './plugins/business-time.ts'
import { BARE_HEADERS, contentSecurity } from './plugins/content-security.ts'
import { emptyBody } from './plugins/empty-body.ts'
import { emptyQuery } from './plugins/empty-query.ts'
import { errorAnswers } from './plugins/error-answers.ts'
import { lastRequests } from './plugins/last-requests.ts'
import { loadShedding } from './plugins/load-shedding.ts'
import { plainText } from './plugins/plain-text.ts'
import { requestLimit } from './plugins/rate-limit.ts'
import { requestLog } from './plugins/request-log.ts'
import { sessionCookie } from './plugins/session-cookie.ts'
import { requireSession } from './session.ts'
import { answerBrokenClient, CLIENT_LIMITS, type ClientLimits } from './slow-clients.ts'

/**
 * The HTTP host, ready to listen or to inject into: what it is made of, in the order in which a request meets it.
 *
 * @param options.requestsPerMinute of one person or address; default 600
 * @param options.clientLimits how long a client may take; default CLIENT_LIMITS
 * @param options.onRoute sees every route: the authorisation matrix is made from them
 */
export async function createApp(
  deps: AppDeps,
  options: {
    requestsPerMinute?: number
    clientLimits?: ClientLimits
    onRoute?: (route: RouteOptions) => void
  } = {},
): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = deps.log
  const limits = options.clientLimits ?? CLIENT_LIMITS
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: 'loopback',
    bodyLimit: 1_048_576,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: {
      headersTimeout: limits.headers,
      connectionsCheckingInterval: limits.look,
    },
    requestTimeout: limits.request,
    connectionTimeout: limits.silence,
    clientErrorHandler: answerBrokenClient,
    // an address that can't be read comes to no route's hooks and error handler
    frameworkErrors: (error, request, reply) =>
      void answerError(error, request, reply.headers(BARE_HEADERS)),
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler)
  app.server.maxConnections = limits.connections
  app.decorateRequest('user', null)
  if (options.onRoute) app.addHook('onRoute', options.onRoute)

  await app.register(lastRequests)
  // for everybody: what is too much is refused before it costs anything
  await app.register(loadShedding)
  // for WeCom, signed, thousands a second
  await app.register(wecomCallbackRoutes, { receiver: deps.receiver, metrics: deps.metrics })
  // a scope of their own: hooks of plugins reach every route of the scope they are in, registered before or after them
  await app.register(forPeopleAndSystems, { deps, perMinute: options.requestsPerMinute })
  return app
}

/** Pages, sessions, the open API, and what all of them need. */
async function forPeopleAndSystems(
  app: FastifyInstance,
  { deps, perMinute }: { deps: AppDeps; perMinute: number | undefined },
): Promise<void> {
  const { config } = deps
  // what people and programs wait for has connections of its own, and ends in time
  const hurried = { ...deps, db: deps.requestDb ?? deps.db }
  app.addHook('onClose', () => deps.requestDb?.close())
  await app.register(requestLog)
  await app.register(contentSecurity, {
    publicUrl: config.publicUrl,
    oauthUrl: config.wecomOauthUrl,
    bridgeOrigin: deps.clientBridgeUrl && new URL(deps.clientBridgeUrl).origin,
  })
  await app.register(sessionCookie, {
    sessionKey: config.sessionKey,
    publicUrl: config.publicUrl,
  })
  await app.register(requestLimit, { perMinute })
  await app.register(atOnce)
  await app.register(errorAnswers)
  await app.register(emptyBody)
  await app.register(plainText)
  await app.register(emptyQuery)
  await app.register(businessTime, { clock: deps.clock, zone: deps.zone })
  await app.register(builtAssets, { sidebarDir: deps.sidebarDir })
  await app.register(apiDocs, { publicUrl: config.publicUrl })

  // for anybody
  await app.register(healthRoutes, { deps })
  await app.register(authRoutes, { deps: hurried })
  await app.register(pageRoutes, { deps: hurried })
  await app.register(briefRoutes, { deps: hurried })
  // for the chain's systems, with a key
  await app.register(openApiRoutes, { deps: hurried, imports: deps })
  // for people, with a session: nothing in here answers without one
  await app.register(async (signedInOnly) => {
    signedInOnly.addHook('onRequest', requireSession(hurried.db))
    await signedInOnly.register(meRoutes, { deps: hurried })
    await signedInOnly.register(jssdkRoutes, { deps: hurried })
    await signedInOnly.register(customerRoutes, { deps: hurried })
    await signedInOnly.register(tagMergeRoutes, { deps: hurried })
    await signedInOnly.register(tagRuleRoutes, { deps: hurried })
    await signedInOnly.register(tagRoutes, { deps: hurried })
    await signedInOnly.register(audienceRoutes, { deps: hurried })
    await signedInOnly.register(customerListRoutes, { deps: hurried })
    await signedInOnly.register(customerHistoryRoutes, { deps: hurried })
    await signedInOnly.register(customerMergeRoutes, { deps: hurried })
    await signedInOnly.register(guideRoutes, { deps: hurried })
    await signedInOnly.register(storeRoutes, { deps: hurried })
    await signedInOnly.register(handoverRoutes, { deps: hurried })
    await signedInOnly.register(segmentRoutes, { deps: hurried })
    await signedInOnly.register(assignmentRoutes, { deps: hurried })
    await signedInOnly.register(taskRoutes, { deps: hurried })
    await signedInOnly.register(touchRoutes, { deps: hurried })
    await signedInOnly.register(reportRoutes, { deps: hurried })
    await signedInOnly.register(ruleRoutes, { deps: hurried })
    await signedInOnly.register(tierRoutes, { deps: hurried })
    await signedInOnly.register(contactLimitRoutes, { deps: hurried })
    await signedInOnly.register(pointsProgrammeRoutes, { deps: hurried })
    await signedInOnly.register(failedSendRoutes, { deps: hurried })
    await signedInOnly.register(auditRoutes, { deps: hurried })
    await signedInOnly.register(healthCheckRoutes, { deps: hurried })
    await signedInOnly.register(queueRoutes, { deps: hurried })
    await signedInOnly.register(syncRoutes, { deps: hurried })
    await signedInOnly.register(quotaRoutes, { deps: hurried })
    await signedInOnly.register(environmentRoutes, { deps: hurried })
    await signedInOnly.register(apiKeyRoutes, { deps: hurried })
    await signedInOnly.register(webhookRoutes, { deps: hurried })
    await signedInOnly.register(templateRoutes, { deps: hurried })
  })
}
