import type { FastifyInstance } from 'fastify'
import type { CallbackQuery, Receiver, ReceiveResult } from '../../../bot/callbacks/receive.ts'
import type { Metrics } from '../../../bot/metrics.ts'

const BODY_LIMIT = 1024 * 1024

/** The same status for every kind of stranger: what differs inside must not be told. */
const STATUS: Record<ReceiveResult, number> = {
  stored: 200,
  repeated: 200,
  spooled: 200,
  bad_signature: 401,
  bad_cipher: 401,
  bad_body: 400,
  unavailable: 503,
}

/**
 * The address WeCom calls (contracts.md, WeCom): verification by GET, delivery by POST. Bodies are raw text
 * whatever their content type, and every answer but the verification's is empty. Requests are not logged one
 * by one: their query holds signatures.
 *
 * @param options.metrics counts bodies over 1 MiB, which the receiver never sees
 */
export async function wecomCallbackRoutes(
  app: FastifyInstance,
  options: { receiver: Receiver; metrics?: Pick<Metrics, 'callbacks'> },
): Promise<void> {
  const { receiver, metrics } = options

  // one for all: a child logger for each request costs more than its cipher
  const log = app.log.child({}, { level: 'warn' })
  app.setChildLoggerFactory(() => log)

  // of this plugin only: WeCom posts text/xml, and the type is not to be relied on (wecom-protocol 1.3)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'string', bodyLimit: BODY_LIMIT },
    (_request, body, done) => {
      done(null, body)
    },
  )

  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, request, reply) => {
    // a content type that is none: no callback of WeCom's
    const status = error.statusCode === 415 ? 400 : (error.statusCode ?? 500)
    if (status === 413) metrics?.callbacks.labels('too_large').inc()
    if (status === 400) metrics?.callbacks.labels('bad_body').inc()
    if (status === 503) metrics?.callbacks.labels('unavailable').inc()
    else if (status >= 500) {
      request.log.error({ code: error.code, name: error.name }, 'callback failed')
    }
    return reply.code(status).send()
  })

  const route = { bodyLimit: BODY_LIMIT } as const

  app.get<{ Querystring: CallbackQuery }>('/wecom/callback', route, (request, reply) => {
    const { echostr } = request.query
    if (typeof echostr !== 'string' || echostr === '') return reply.code(400).send()
    const word = receiver.verifyUrl(request.query)
    if (word === null) return reply.code(401).send()
    return reply.type('text/plain; charset=utf-8').send(word)
  })

  app.post<{ Querystring: CallbackQuery; Body: unknown }>(
    '/wecom/callback',
    route,
    async (request, reply) => {
      const body = typeof request.body === 'string' ? request.body : ''
      const result = await receiver.receive(request.query, body)
      return reply.code(STATUS[result]).send()
    },
  )
}
