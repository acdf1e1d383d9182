import { stringify } from 'csv-stringify/sync'
import type { Lang } from '../../../domain/words.ts'
import type { OverviewReport } from './schema.ts'

const PLACES: Record<Lang, Record<OverviewReport['level'], string>> = {
  'zh-CN': { region: '区域', store: '门店', guide: '导购' },
  en: { region: 'Region', store: 'Store', guide: 'Guide' },
}
const HEADS: Record<Lang, string[]> = {
  'zh-CN': [
    '编号',
    '已执行',
    '应执行',
    '执行率',
    '已完成',
    '已到期',
    '完成率',
    '已发送',
    '7天内购买',
    '开始日期',
    '结束日期',
  ],
  en: [
    'Key',
    'Acted on',
    'Given',
    'Execution',
    'Completed',
    'Due',
    'Completion',
    'Sent',
    'Bought within 7 days',
    'From',
    'To',
  ],
}

/** The overview's places as a table for spreadsheets, a line each. Excel reads the Chinese by the mark in front. */
export function overviewCsv(report: OverviewReport, lang: Lang): string {
  const lines = report.places.map(({ key, name, execution, completion, sent, purchasedAfter }) => [
    name ?? '',
    key,
    execution.numerator,
    execution.denominator,
    execution.rate ?? '',
    completion.numerator,
    completion.denominator,
    completion.rate ?? '',
    sent,
    purchasedAfter,
    report.period.from,
    report.period.to,
  ])
  // a name that starts like a formula must not run as one in a spreadsheet
  return stringify([[PLACES[lang][report.level], ...HEADS[lang]], ...lines], {
    bom: true,
    escape_formulas: true,
  })
}
