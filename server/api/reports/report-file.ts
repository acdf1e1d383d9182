import type { BusinessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import type { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import type { ReportPeriod } from './given-tasks.ts'
import { rateOf } from './rate.ts'
import type { Report, ReportLine } from './schema.ts'

/** What a report is asked for, with whose figures the reader may see. */
export interface ReportQuestion {
  deps: AppDeps
  lang: Lang
  period: ReportPeriod
  today: BusinessDay
  /** condition that a column with a customer's id is one of those whose figures are asked for and may be seen */
  isCounted: (customerId: Prisma.Sql) => Prisma.Sql
  /** condition on an employee `e`, likewise */
  employees: Prisma.Sql
}

/** One report: its figures and tables, named in the reader's language. */
export interface ReportFile {
  label: Record<Lang, string>
  find: (
    question: ReportQuestion,
  ) => Promise<Pick<Report, 'figures' | 'tables'> & Partial<Pick<Report, 'notes'>>>
}

/** A share of something. */
export function share(
  key: string,
  label: string,
  numerator: number,
  denominator: number,
): ReportLine {
  return { key, label, unit: 'share', ...rateOf(numerator, denominator) }
}

/** A share of money, in fen. */
export function shareOfFen(key: string, label: string, fen: number, of: number): ReportLine {
  return { key, label, unit: 'shareOfFen', ...rateOf(fen, of) }
}

/** A plain number of something. */
export function count(key: string, label: string, numerator: number): ReportLine {
  return { key, label, unit: 'count', numerator, denominator: null, rate: null }
}

/** Fen for each of so many, rounded to a fen. */
export function fenEach(key: string, label: string, fen: number, of: number): ReportLine {
  const rate = of === 0 ? null : Math.round(fen / of)
  return { key, label, unit: 'fenEach', numerator: fen, denominator: of, rate }
}

/** So many for each thousand, to a tenth. @example perThousand('deleted', '…', 3, 2000).rate // 1.5 */
export function perThousand(key: string, label: string, numerator: number, of: number): ReportLine {
  const rate = of === 0 ? null : Math.round((numerator / of) * 10_000) / 10
  return { key, label, unit: 'perThousand', numerator, denominator: of, rate }
}
