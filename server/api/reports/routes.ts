import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { daysBetween, isBusinessDay } from '../../../domain/business-day.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireManager, signedIn } from '../../session.ts'
import { executionCsv } from './execution-csv.ts'
import { findExecution } from './find-execution.ts'
import { ExecutionQuery, ExecutionReport } from './schema.ts'

/** most days of one report: a leap year */
const MOST_DAYS = 366

/** Figures for managers; every rate with numerator, denominator and period. */
export const reportRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get(
    '/api/reports/execution',
    {
      onRequest: requireManager,
      schema: {
        tags: ['reports'],
        querystring: ExecutionQuery,
        response: {
          200: {
            content: {
              'application/json': { schema: ExecutionReport },
              'text/csv': { schema: Type.String() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { query } = request
      for (const field of ['from', 'to'] as const) {
        if (!isBusinessDay(query[field])) throw badField(field, 'must be a day that exists.')
      }
      if (query.from > query.to) throw badField('to', 'must not be before “from”.')
      if (daysBetween(query.from, query.to) >= MOST_DAYS) {
        throw badField('from', `must lie within ${MOST_DAYS} days of “to”.`)
      }
      const report = await findExecution(deps, signedIn(request), query)
      if (query.format !== 'csv') return report
      return reply
        .type('text/csv; charset=utf-8')
        .header(
          'content-disposition',
          `attachment; filename="execution-${query.from}-${query.to}.csv"`,
        )
        .send(executionCsv(report, languageOf(request)))
    },
  )
}
