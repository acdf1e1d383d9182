import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { NotReady } from '../errors.ts'

/**
 * Past these, answering late helps nobody: say 503 with Retry-After, and WeCom or the browser tries again.
 * @see https://github.com/fastify/under-pressure
 */
export const loadShedding = fp(
  async (app) => {
    await app.register(underPressure, {
      maxEventLoopDelay: 2_000,
      maxHeapUsedBytes: 1_500_000_000,
      retryAfter: 5,
      pressureHandler: (request) => {
        // the process is alive, and says so
        if (request.url.startsWith('/health/')) return
        throw new NotReady('too busy, try again in 5 seconds')
      },
    })
  },
  { name: 'load-shedding' },
)
