import { stringify } from 'csv-stringify/sync'
import type { Lang } from '../../../domain/words.ts'
import type { Report } from './schema.ts'

const HEADS: Record<Lang, string[]> = {
  'zh-CN': ['表', '项目', '数值', '分子', '分母', '开始日期', '结束日期'],
  en: ['Table', 'Item', 'Value', 'Numerator', 'Denominator', 'From', 'To'],
}

/** A report as a table for spreadsheets: a line for each figure and each line of its tables. Money is in yuan. */
export function reportCsv(report: Report, lang: Lang): string {
  const { from, to } = report.period
  const all = [
    { label: report.label, lines: report.figures },
    ...report.tables.map(({ label, lines }) => ({ label, lines })),
  ]
  const lines = all.flatMap(({ label, lines: of }) =>
    of.map((line) => {
      const { unit, numerator, denominator, rate } = line
      const value = denominator === null ? numerator : rate
      const inYuan = (fen: number) =>
        unit === 'fenEach' || unit === 'shareOfFen' ? fen / 100 : fen
      return [
        label,
        line.label,
        unit === 'fenEach' && value !== null ? value / 100 : (value ?? ''),
        inYuan(numerator),
        // of fenEach it is people
        denominator === null ? '' : unit === 'shareOfFen' ? denominator / 100 : denominator,
        from,
        to,
      ]
    }),
  )
  const notes = report.notes.map((note) => [report.label, note, '', '', '', from, to])
  // a name that starts like a formula must not run as one in a spreadsheet
  return stringify([HEADS[lang], ...lines, ...notes], { bom: true, escape_formulas: true })
}
