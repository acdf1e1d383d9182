import fp from 'fastify-plugin'
import type { Clock } from '../../bot/deps.ts'

/** Tells pages the server's time and zone: phones' clocks are wrong, and the demo's clock moves. */
export const businessTime = fp<{ clock: Clock; zone: string }>(
  (app, options, done) => {
    app.addHook('onSend', (request, reply, _payload, next) => {
      if (request.url.startsWith('/api/')) {
        void reply
          .header('x-now', options.clock.now().toISOString())
          .header('x-time-zone', options.zone)
          .header('cache-control', 'no-store')
      }
      next()
    })
    done()
  },
  { name: 'business-time' },
)
