import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { reportCsv } from '../../server/api/reports/report-csv.ts'
import {
  count,
  fenEach,
  perThousand,
  share,
  shareOfFen,
} from '../../server/api/reports/report-file.ts'
import type { Report } from '../../server/api/reports/schema.ts'

const API = fileURLToPath(new URL('../../server/api', import.meta.url))

const report: Report = {
  report: 'repurchase',
  label: '复购',
  period: { from: '2026-11-01', to: '2026-11-22' },
  figures: [
    share('a', '复购率', 1, 4),
    shareOfFen('b', '前 20% 的消费', 50_050, 100_100),
    fenEach('c', '人均消费', 100_100, 4),
    count('d', '购买人数', 4),
    perThousand('e', '删除', 3, 2000),
  ],
  notes: ['有 3 人按最接近的类别归入'],
  tables: [],
}

describe('a table for spreadsheets', () => {
  it('says of each figure of a report what its three numbers are; money is yuan', () => {
    const read = (lang: 'zh-CN' | 'en') =>
      parse<Record<string, string>>(reportCsv(report, lang), { bom: true, columns: true })

    expect(
      read('zh-CN').map((row) => [row['数值'], row['分子'], row['分母'], row['单位']]),
    ).toEqual([
      ['0.25', '1', '4', '比例'],
      ['0.5', '500.5', '1001', '比例（分子、分母：元）'],
      ['250.25', '1001', '4', '元（分子：元）'],
      ['4', '4', '', '数量'],
      ['1.5', '3', '2000', '每千次'],
      // what is said beside the figures
      ['', '', '', ''],
    ])
    expect(read('en').map((row) => row['Unit'])).toEqual([
      'share',
      'share (numerator and denominator in yuan)',
      'yuan (numerator in yuan)',
      'count',
      'per thousand',
      '',
    ])
  })

  it('names the unit in each heading of money, in both languages', () => {
    const headings = readdirSync(API, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
      if (!file.endsWith('.ts')) return []
      const heads = /^const HEADS[^]*?^\}/m.exec(readFileSync(`${API}/${file}`, 'utf8'))?.[0] ?? ''
      return [...heads.matchAll(/'([^'\n]+)'/g)].map(([, heading = '']) => heading)
    })
    const ofMoney = headings.filter((heading) => /消费|金额|花|spend|amount|money/i.test(heading))

    expect(ofMoney.length).toBeGreaterThanOrEqual(4)
    for (const heading of ofMoney) expect(heading).toMatch(/（元）$|\(yuan\)$/)
  })
})
