import fp from 'fastify-plugin'

/** Asked for every few seconds, or thousands of times a second: counted, not written down. */
const SILENT = ['/health/', '/metrics', '/assets/', '/wecom/']

/**
 * One line for each request that ended: the route, never the address, which may carry sign-in codes, signatures or
 * a customer's external_userid.
 */
export const requestLog = fp(
  (app, _options, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      if (!SILENT.some((start) => request.url.startsWith(start))) {
        request.log.info(
          {
            method: request.method,
            route: request.routeOptions.url ?? 'unknown',
            status: reply.statusCode,
            ms: Math.round(reply.elapsedTime),
            ...(request.user && { employeeId: request.user.id }),
          },
          'request',
        )
      }
      next()
    })
    done()
  },
  { name: 'request-log' },
)
