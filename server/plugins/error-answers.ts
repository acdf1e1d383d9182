import type { FastifyError } from 'fastify'
import fp from 'fastify-plugin'
import { answerError, pathOf } from '../answer-error.ts'
import { UnknownRoute } from '../errors.ts'

/** Every failure leaves in one shape; looking for addresses that aren't there is limited like everything else. */
export const errorAnswers = fp(
  (app, _options, done) => {
    app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply))
    app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
      answerError(new UnknownRoute(pathOf(request)), request, reply),
    )
    done()
  },
  { name: 'error-answers', dependencies: ['request-limit'] },
)
