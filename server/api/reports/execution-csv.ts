import { stringify } from 'csv-stringify/sync'
import type { Lang } from '../../../domain/words.ts'
import type { ExecutionReport } from './schema.ts'

const HEADS: Record<Lang, string[]> = {
  'zh-CN': [
    '开始日期',
    '结束日期',
    '门店',
    '导购',
    '账号',
    '已执行',
    '应执行',
    '执行率',
    '已完成',
    '已到期',
    '完成率',
    '已发送',
    '7天内购买',
  ],
  en: [
    'From',
    'To',
    'Store',
    'Guide',
    'Userid',
    'Acted on',
    'Given',
    'Execution',
    'Completed',
    'Due',
    'Completion',
    'Sent',
    'Bought within 7 days',
  ],
}

/** The report as a table for spreadsheets: a line for each guide. Excel reads the Chinese by the mark in front. */
export function executionCsv(report: ExecutionReport, lang: Lang): string {
  const { from, to } = report.period
  const lines = report.guides.map((guide) => [
    from,
    to,
    guide.storeName ?? guide.storeNo ?? '',
    guide.name,
    guide.userid,
    guide.execution.numerator,
    guide.execution.denominator,
    guide.execution.rate ?? '',
    guide.completion.numerator,
    guide.completion.denominator,
    guide.completion.rate ?? '',
    guide.sent,
    guide.purchasedAfter,
  ])
  // a name that starts like a formula must not run as one in a spreadsheet
  return stringify([HEADS[lang], ...lines], { bom: true, escape_formulas: true })
}
