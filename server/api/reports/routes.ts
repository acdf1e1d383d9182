import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type TSchema } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { languageOf } from '../../language.ts'
import { requireManager, signedIn } from '../../session.ts'
import { checkPeriod } from './check-period.ts'
import { executionCsv } from './execution-csv.ts'
import { findExceptions } from './find-exceptions.ts'
import { findExecution } from './find-execution.ts'
import { findOverview } from './find-overview.ts'
import type { ReportPeriod } from './given-tasks.ts'
import { overviewCsv } from './overview-csv.ts'
import {
  ExceptionsQuery,
  ExceptionsReport,
  ExecutionQuery,
  ExecutionReport,
  OverviewQuery,
  OverviewReport,
} from './schema.ts'

const CSV = 'text/csv; charset=utf-8'

/** The report itself, or a table for spreadsheets where `format=csv` asks for one. */
const jsonOrCsv = <T extends TSchema>(schema: T) => ({
  200: {
    content: { 'application/json': { schema }, 'text/csv': { schema: Type.String() } },
  },
})

/** Figures for managers; every rate with numerator, denominator and period. */
export const reportRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const tags = ['reports']
  const onRequest = requireManager

  app.get(
    '/api/reports/execution',
    {
      onRequest,
      schema: { tags, querystring: ExecutionQuery, response: jsonOrCsv(ExecutionReport) },
    },
    async (request, reply) => {
      const { query } = request
      checkPeriod(query)
      const report = await findExecution(deps, signedIn(request), query)
      if (query.format !== 'csv') return report
      return reply
        .type(CSV)
        .header('content-disposition', fileName('execution', query))
        .send(executionCsv(report, languageOf(request)))
    },
  )

  app.get(
    '/api/reports/overview',
    {
      onRequest,
      schema: { tags, querystring: OverviewQuery, response: jsonOrCsv(OverviewReport) },
    },
    async (request, reply) => {
      const { query } = request
      checkPeriod(query)
      const report = await findOverview(deps, signedIn(request), query)
      if (query.format !== 'csv') return report
      return reply
        .type(CSV)
        .header('content-disposition', fileName('overview', query))
        .send(overviewCsv(report, languageOf(request)))
    },
  )

  app.get(
    '/api/reports/exceptions',
    {
      onRequest,
      schema: { tags, querystring: ExceptionsQuery, response: { 200: ExceptionsReport } },
    },
    (request) => findExceptions(deps, signedIn(request), request.query),
  )
}

/** `content-disposition` of a table that is saved under the report's name and days. */
function fileName(name: string, { from, to }: ReportPeriod): string {
  return `attachment; filename="${name}-${from}-${to}.csv"`
}
