import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import type { Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import { findCustomers } from './find-customers.ts'
import type { AssignmentCustomer, AssignmentCustomerQuery } from './schema.ts'

const PAGE = 1_000

const HEADS: Record<Lang, string[]> = {
  'zh-CN': [
    '客户编号',
    '客户',
    '导购',
    '导购账号',
    '状态',
    '原因',
    '联系时间',
    '结果',
    '派单后购买',
  ],
  en: [
    'Customer id',
    'Customer',
    'Guide',
    'Userid',
    'State',
    'Why',
    'Contacted',
    'Outcome',
    'Bought after',
  ],
}

const STATES: Record<Lang, Record<AssignmentCustomer['state'], string>> = {
  'zh-CN': {
    open: '待联系',
    in_progress: '进行中',
    done: '已完成',
    dismissed: '不合适',
    expired: '已过期',
    cancelled: '已取消',
    not_dispatched: '未派出',
  },
  en: {
    open: 'Open',
    in_progress: 'In progress',
    done: 'Done',
    dismissed: 'Dismissed',
    expired: 'Expired',
    cancelled: 'Cancelled',
    not_dispatched: 'Not dispatched',
  },
}

const YES: Record<Lang, [string, string]> = { 'zh-CN': ['是', '否'], en: ['yes', 'no'] }

/**
 * All customers of an assignment as a table for spreadsheets, written as it is read. Where reading breaks, the answer is
 * cut off without its end, so that the download fails rather than look whole.
 */
export function customersCsv(
  deps: AppDeps,
  id: bigint,
  query: Pick<AssignmentCustomerQuery, 'state' | 'guide'>,
  lang: Lang,
): Readable {
  return Readable.from(lines(deps, id, query, lang), { objectMode: false })
}

async function* lines(
  deps: AppDeps,
  id: bigint,
  query: Pick<AssignmentCustomerQuery, 'state' | 'guide'>,
  lang: Lang,
): AsyncGenerator<string> {
  let cursor: string | undefined
  let head = [HEADS[lang]]
  do {
    const page = await findCustomers(
      deps,
      id,
      { ...query, ...(cursor !== undefined && { cursor }) },
      lang,
      PAGE,
    )
    const rows = page.items.map((item) => lineOf(item, lang))
    // a name that starts like a formula must not run as one in a spreadsheet
    yield stringify([...head, ...rows], { bom: head.length > 0, escape_formulas: true })
    head = []
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

function lineOf(item: AssignmentCustomer, lang: Lang): string[] {
  return [
    item.customerId,
    item.name,
    item.guide?.name ?? '',
    item.guide?.userid ?? '',
    STATES[lang][item.state],
    item.whyText ?? '',
    item.touchedAt ?? '',
    item.outcome ?? '',
    YES[lang][item.purchasedAfter ? 0 : 1],
  ]
}
