import fp from 'fastify-plugin'

/**
 * An empty body is no body, also under `content-type: application/json`, which many clients send with every request:
 * routes without a body take it, those with one say what is missing. Everything else is read as Fastify does.
 */
export const emptyBody = fp(
  (app, _options, done) => {
    const parse = app.getDefaultJsonParser('error', 'error')
    app.removeContentTypeParser('application/json')
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, next) => {
      if (body === '') next(null, undefined)
      else void parse(request, String(body), next)
    })
    done()
  },
  { name: 'empty-body' },
)
