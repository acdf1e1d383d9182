import type { CustomerFilter } from '../../../domain/customer-filter.ts'
import { CHAIN_DAY } from '../chain.ts'

/** What a manager asks the console, and the same asked of the database by hand. */
export interface Question {
  kind: 'list' | 'count' | 'report'
  name: string
  userid: string
  method: 'GET' | 'POST'
  path: string
  body?: object
  /** a statement that finds the same */
  bare: string
}

export const HEADQUARTERS = 'headquarters'
const DAY = `date '${CHAIN_DAY}'`

/** One condition as the console sends it, and by hand. */
const CONDITIONS: readonly { filter: CustomerFilter; sql: string }[] = [
  {
    filter: { tags: { any: ['3', '11'] } },
    sql: `exists (select from customer_tag ct where ct.customer_id = c.id and ct.tag_id in (3, 11) and ct.removed_at is null)`,
  },
  { filter: { tier: ['silver', 'gold'] }, sql: `tier.tier in ('silver', 'gold')` },
  { filter: { stage: ['sleeping', 'at_risk'] }, sql: `k.stage in ('sleeping', 'at_risk')` },
  {
    filter: { region: ['华东', '华南'] },
    sql: `c.store_no in (select store_no from store where region in ('华东', '华南'))`,
  },
  {
    filter: { lastPurchase: { min: 30, max: 120 } },
    sql: `s.last_purchase_day between ${DAY} - 120 and ${DAY} - 30`,
  },
  { filter: { spend365: { min: 80_000 } }, sql: `s.spend_365_fen >= 80000` },
  { filter: { pAlive: { min: 0.6 } }, sql: `k.p_alive >= 0.6` },
  { filter: { gender: ['female'] }, sql: `c.gender = 'female'` },
  { filter: { consent: ['one_to_one', 'all'] }, sql: `c.consent in ('one_to_one', 'all')` },
  {
    filter: { coupon: { expiresWithinDays: 14 } },
    sql: `exists (select from coupon cp where cp.customer_id = c.id and cp.status = 'issued' and cp.expires_day between ${DAY} and ${DAY} + 14)`,
  },
  {
    filter: { reachable: true },
    sql: `exists (select from relation r where r.customer_id = c.id and r.ended_at is null and not r.half)`,
  },
  { filter: { birthday: { month: 12 } }, sql: `c.birthday_md between 1201 and 1231` },
]

const TABLES = `customer c left join customer_stats s on s.customer_id = c.id
  left join customer_class k on k.customer_id = c.id left join customer_tier tier on tier.customer_id = c.id`

const SORTS = {
  newest: 'c.id desc',
  recent: 's.last_purchase_day desc nulls last, c.id desc',
  spend: 's.spend_365_fen desc nulls last, c.id desc',
} as const

/** Three conditions at a time: every one comes up with every other. */
function triples(): (readonly (typeof CONDITIONS)[number][])[] {
  const found: (typeof CONDITIONS)[number][][] = []
  for (let first = 0; first < CONDITIONS.length; first += 1) {
    for (const step of [1, 2, 4]) {
      const at = (n: number) => CONDITIONS[(first + n) % CONDITIONS.length]
      const three = [at(0), at(step), at(step * 2 + 1)].filter((one) => one !== undefined)
      found.push(three)
    }
  }
  return found
}

const joined = (three: readonly { sql: string }[]) => three.map(({ sql }) => sql).join(' and ')
const filterOf = (three: readonly { filter: CustomerFilter }[]): CustomerFilter => ({
  and: three.map(({ filter }) => filter),
})

/** Lists and counts with three conditions, by headquarters and by a store's manager; every report, over a year and a month. */
export function questions(manager: { userid: string; storeNo: string }): Question[] {
  const asked: Question[] = []
  const whose = [
    { userid: HEADQUARTERS, mine: 'true' },
    {
      userid: manager.userid,
      mine: `(c.store_no = '${manager.storeNo}' or exists (select from relation r join employee e on e.id = r.employee_id
        where r.customer_id = c.id and r.ended_at is null and e.store_no = '${manager.storeNo}'))`,
    },
  ]
  triples().forEach((three, n) => {
    const { userid, mine } = whose[n % 4 === 3 ? 1 : 0] ?? { userid: HEADQUARTERS, mine: 'true' }
    const sort = (['newest', 'recent', 'spend'] as const)[n % 3] ?? 'newest'
    const where = `${joined(three)} and ${mine}`
    const name = three.map(({ filter }) => Object.keys(filter)[0]).join(' ')
    asked.push(
      {
        kind: 'list',
        name: `${name} by ${sort} of ${userid}`,
        userid,
        method: 'POST',
        path: '/api/customers/search',
        body: { filter: filterOf(three), sort },
        bare: `select c.id, c.name, tier.tier, k.stage, s.spend_365_fen from ${TABLES} where ${where} order by ${SORTS[sort]} limit 51`,
      },
      {
        kind: 'count',
        name: `${name} of ${userid}`,
        userid,
        method: 'POST',
        path: '/api/audiences/preview',
        body: { filter: filterOf(three) },
        bare: `select c.store_no, count(*) from ${TABLES} where ${where} group by 1`,
      },
    )
  })
  for (const { userid, storeNo } of [{ userid: HEADQUARTERS, storeNo: null }, manager]) {
    for (const [from, span] of [
      ['2025-11-23', 'a year'],
      ['2026-10-24', 'a month'],
    ] as const) {
      for (const { report, bare } of REPORTS) {
        asked.push({
          kind: 'report',
          name: `${report} of ${span}, ${userid}`,
          userid,
          method: 'GET',
          path: `/api/reports/${report}?from=${from}&to=${CHAIN_DAY}`,
          bare: bare(`date '${from}'`, storeNo),
        })
      }
    }
  }
  return asked
}

const ofStore = (storeNo: string | null, customerId: string) =>
  storeNo === null
    ? 'true'
    : `${customerId} in (select id from customer where store_no = '${storeNo}')`
const ofEmployees = (storeNo: string | null, employeeId: string) =>
  storeNo === null
    ? 'true'
    : `${employeeId} in (select id from employee where store_no = '${storeNo}')`

const REPORTS: readonly {
  report: string
  bare: (from: string, storeNo: string | null) => string
}[] = [
  ...['overview', 'execution'].map((report) => ({
    report,
    bare: (from: string, storeNo: string | null) => `
      select assignee_id, scan_day, count(*), count(*) filter (where state = 'done') from task
      where scan_day >= ${from} and state <> 'cancelled' and ${ofEmployees(storeNo, 'assignee_id')} group by 1, 2`,
  })),
  {
    report: 'tiers',
    bare: (_from, storeNo) => `
      select tier, count(*) from customer_tier where ${ofStore(storeNo, 'customer_id')} group by 1`,
  },
  {
    report: 'rfm',
    bare: (_from, storeNo) => `
      select rfm, count(*) from customer_class where ${ofStore(storeNo, 'customer_id')} group by 1`,
  },
  {
    report: 'repurchase',
    bare: (from, storeNo) => `
      select count(*), count(*) filter (where days >= 2), sum(spend) from (
        select customer_id, count(distinct paid_day) as days, sum(amount_fen - refunded_fen) as spend from orders
        where paid_day >= ${from} and status = 'paid' and ${ofStore(storeNo, 'customer_id')} group by 1) g`,
  },
  {
    report: 'growth',
    bare: (from, storeNo) => `
      select added_at::date, count(*), count(ended_at) from relation
      where added_at >= ${from} and ${ofEmployees(storeNo, 'employee_id')} group by 1`,
  },
  {
    report: 'coupons',
    bare: (from, storeNo) => `
      select name, status, count(*) from coupon where issued_at >= ${from} and ${ofStore(storeNo, 'customer_id')} group by 1, 2`,
  },
  ...['outreach', 'fatigue'].map((report) => ({
    report,
    bare: (from: string, storeNo: string | null) => `
      select employee_id, count(*), count(distinct customer_id) from touch
      where at >= ${from} and result = 'sent' and ${ofEmployees(storeNo, 'employee_id')} group by 1`,
  })),
]
