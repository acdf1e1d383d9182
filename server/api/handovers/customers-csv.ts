import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import type { HandoverState } from '../../../domain/handover.ts'
import type { Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import { findCustomers } from './find-customers.ts'
import type { HandoverCustomer, HandoverCustomerQuery } from './schema.ts'

const PAGE = 1_000

const HEADS: Record<Lang, string[]> = {
  'zh-CN': [
    '客户编号',
    '客户',
    '接手导购',
    '接手账号',
    '状态',
    '原因',
    '交接任务',
    '近一年消费（元）',
    '发起时间',
    '完成时间',
  ],
  en: [
    'Customer id',
    'Customer',
    'Taker',
    'Userid',
    'State',
    'Why',
    'Tasks',
    'Spend in 365 days (yuan)',
    'Asked',
    'Decided',
  ],
}

const STATES: Record<Lang, Record<HandoverState, string>> = {
  'zh-CN': {
    waiting: '等待发起',
    asking: '正在发起',
    asked: '等待完成',
    done: '已交接',
    refused: '客户没有同意',
    limit: '接手人已满',
    impossible: '不能交接',
  },
  en: {
    waiting: 'Waiting to be asked',
    asking: 'Being asked',
    asked: 'Waiting for WeCom',
    done: 'Handed over',
    refused: 'Refused',
    limit: 'Taker full',
    impossible: 'Not possible',
  },
}

/**
 * All customers of a handover as a table for spreadsheets, written as it is read. Where reading breaks, the answer is cut
 * off without its end, so that the download fails rather than look whole.
 */
export function customersCsv(
  deps: AppDeps,
  id: bigint,
  query: Pick<HandoverCustomerQuery, 'state'>,
  lang: Lang,
): Readable {
  return Readable.from(lines(deps, id, query, lang), { objectMode: false })
}

async function* lines(
  deps: AppDeps,
  id: bigint,
  query: Pick<HandoverCustomerQuery, 'state'>,
  lang: Lang,
): AsyncGenerator<string> {
  let cursor: string | undefined
  let head = [HEADS[lang]]
  do {
    const page = await findCustomers(deps, id, { ...query, ...(cursor && { cursor }) }, lang, PAGE)
    const rows = page.items.map((item) => lineOf(item, lang))
    // a name that starts like a formula must not run as one in a spreadsheet
    yield stringify([...head, ...rows], { bom: head.length > 0, escape_formulas: true })
    head = []
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

function lineOf(item: HandoverCustomer, lang: Lang): string[] {
  return [
    item.customerId,
    item.name,
    item.to?.name ?? '',
    item.to?.userid ?? '',
    STATES[lang][item.state],
    item.whyText ?? '',
    String(item.tasks),
    (item.spendFen / 100).toFixed(2),
    item.askedAt ?? '',
    item.decidedAt ?? '',
  ]
}
