import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type TSchema } from 'typebox'
import { businessDay } from '../../../domain/business-day.ts'
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
import { reportCsv } from './report-csv.ts'
import { REPORTS } from './report-registry.ts'
import {
  ExceptionsQuery,
  ExceptionsReport,
  ExecutionQuery,
  ExecutionReport,
  OverviewQuery,
  OverviewReport,
  Report,
  ReportParams,
  ReportQuery,
} from './schema.ts'
import { whoCounts } from './who-counts.ts'

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

  app.get(
    '/api/reports/:report',
    {
      onRequest,
      schema: {
        tags,
        params: ReportParams,
        querystring: ReportQuery,
        response: jsonOrCsv(Report),
      },
    },
    async (request, reply) => {
      const { query } = request
      const name = request.params.report
      const lang = languageOf(request)
      checkPeriod(query)
      const period = { from: query.from, to: query.to }
      const found = await REPORTS[name].find({
        deps,
        lang,
        period,
        today: businessDay(deps.clock.now(), deps.zone),
        ...whoCounts(signedIn(request), query),
      })
      const report = { report: name, label: REPORTS[name].label[lang], period, notes: [], ...found }
      if (query.format !== 'csv') return report
      return reply
        .type(CSV)
        .header('content-disposition', fileName(name, period))
        .send(reportCsv(report, lang))
    },
  )
}

/** `content-disposition` of a table that is saved under the report's name and days. */
function fileName(name: string, { from, to }: ReportPeriod): string {
  return `attachment; filename="${name}-${from}-${to}.csv"`
}
