import { stringify } from 'csv-stringify/sync'
import type { Lang } from '../../../domain/words.ts'
import type { Report, ReportLine } from './schema.ts'

const HEADS: Record<Lang, string[]> = {
  'zh-CN': ['表', '项目', '数值', '分子', '分母', '单位', '开始日期', '结束日期'],
  en: ['Table', 'Item', 'Value', 'Numerator', 'Denominator', 'Unit', 'From', 'To'],
}

/** What a line's three numbers are: the lines of one column differ, so a heading can't say it (ADR 0029). */
const UNITS: Record<Lang, Record<ReportLine['unit'], string>> = {
  'zh-CN': {
    share: '比例',
    shareOfFen: '比例（分子、分母：元）',
    count: '数量',
    fenEach: '元（分子：元）',
    perThousand: '每千次',
  },
  en: {
    share: 'share',
    shareOfFen: 'share (numerator and denominator in yuan)',
    count: 'count',
    fenEach: 'yuan (numerator in yuan)',
    perThousand: 'per thousand',
  },
}

/** A report as a table for spreadsheets: a line for each figure and each line of its tables. Money is in yuan, which the unit says. */
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
        UNITS[lang][unit],
        from,
        to,
      ]
    }),
  )
  const notes = report.notes.map((note) => [report.label, note, '', '', '', '', from, to])
  // a name that starts like a formula must not run as one in a spreadsheet
  return stringify([HEADS[lang], ...lines, ...notes], { bom: true, escape_formulas: true })
}
