import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { TooManyRequests } from '../errors.ts'

/** most requests a minute of one signed-in person, or of one address that nobody has signed in from */
const PER_MINUTE = 600

/** Addresses with limits of their own: WeCom's callbacks come in bursts, imports are bounded by the database. */
const UNLIMITED = ['/wecom/', '/open/', '/health/', '/metrics', '/assets/']

/**
 * Nobody slows the others down, and nobody tries out addresses: unknown ones count too.
 * @see https://github.com/fastify/fastify-rate-limit
 */
export const requestLimit = fp<{ perMinute?: number | undefined }>(
  async (app, options) => {
    await app.register(rateLimit, {
      max: options.perMinute ?? PER_MINUTE,
      timeWindow: 60_000,
      keyGenerator: (request) => keyOf(request),
      allowList: (request) => UNLIMITED.some((start) => request.url.startsWith(start)),
      errorResponseBuilder: (_request, context) =>
        new TooManyRequests(`${Math.ceil(context.ttl / 1000)} 秒`),
    })
  },
  { name: 'request-limit', dependencies: ['session-cookie'] },
)

function keyOf(request: FastifyRequest): string {
  const userid = request.session.get('userid')
  return userid ? `user:${userid}` : `ip:${request.ip}`
}
