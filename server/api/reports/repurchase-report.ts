import { counts } from '../../../bot/rules/counted-order.ts'
import { addDays } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { fenEach, share, shareOfFen, type ReportFile, type ReportQuestion } from './report-file.ts'

/** share of buyers whose part of the spend is told */
const TOP = 0.2

interface Totals {
  buyers: number
  again: number
  spend: number
  topSpend: number
  everBuyers: number
  everSpend: number
}

/**
 * Buyers of a period: how many came on a second purchase day (domain-rules 12), what the top 20 % spent of it all
 * (ceil(0.2·N) of them, net of refunds), and what a customer who ever bought has spent so far.
 */
export const repurchaseReport: ReportFile = {
  label: { 'zh-CN': '复购', en: 'Repurchase' },
  async find(question) {
    const { deps, lang, isCounted } = question
    const en = lang === 'en'
    const buyer = buyers(question)
    const [[totals], days, stores] = await Promise.all([
      reportRows<Totals>(
        deps.db,
        Prisma.sql`
          with buyer as (${buyer}), ranked as (
            select days, spend, row_number() over (order by spend desc) as place, count(*) over () as buyers from buyer
          )
          select bought.*, ever.* from (
            select count(*)::int as buyers, count(*) filter (where days >= 2)::int as again,
              coalesce(sum(spend), 0)::float8 as spend,
              coalesce(sum(spend) filter (where place <= ceil(${TOP}::numeric * buyers)), 0)::float8 as "topSpend"
            from ranked
          ) as bought cross join (
            select count(*)::int as "everBuyers", coalesce(sum(s.spend_total_fen), 0)::float8 as "everSpend"
            from customer_stats s where s.orders_total > 0 and ${isCounted(Prisma.sql`s.customer_id`)}
          ) as ever`,
      ),
      reportRows<{ days: number; customers: number }>(
        deps.db,
        Prisma.sql`with buyer as (${buyer})
          select least(days, 6) as days, count(*)::int as customers from buyer group by 1 order by 1`,
      ),
      reportRows<{ store: string; name: string | null; buyers: number; again: number }>(
        deps.db,
        Prisma.sql`with buyer as (${buyer})
          select coalesce(c.store_no, '') as store, max(st.name) as name, count(*)::int as buyers,
            count(*) filter (where days >= 2)::int as again
          from buyer join customer c on c.id = buyer.customer_id left join store st on st.store_no = c.store_no
          group by 1 order by (count(*) filter (where days >= 2))::float8 / count(*) desc, 1`,
      ),
    ])
    const { buyers: all, again, spend, topSpend, everBuyers, everSpend } = totals ?? NONE
    return {
      figures: [
        share('repurchase', en ? 'Came again' : '复购率', again, all),
        shareOfFen(
          'topShare',
          en ? 'Spend of the top 20 %' : '前 20% 客户的消费占比',
          topSpend,
          spend,
        ),
        fenEach('spendEach', en ? 'Spend of each buyer' : '人均消费', spend, all),
        fenEach(
          'lifetime',
          en ? 'Lifetime spend so far' : '客户至今累计消费 LTV',
          everSpend,
          everBuyers,
        ),
      ],
      tables: [
        {
          code: 'purchaseDays',
          label: en ? 'Purchase days in the period' : '期间内的购买日数',
          chart: 'bars',
          lines: days.map((row) =>
            share(String(row.days), daysLabel(row.days, en), row.customers, all),
          ),
        },
        {
          code: 'stores',
          label: en ? 'By home store' : '各归属门店的复购率',
          chart: 'bars',
          lines: stores.map((row) =>
            share(
              row.store,
              row.name ?? (row.store || (en ? 'No store' : '未分店')),
              row.again,
              row.buyers,
            ),
          ),
        },
      ],
    }
  },
}

const NONE: Totals = { buyers: 0, again: 0, spend: 0, topSpend: 0, everBuyers: 0, everSpend: 0 }

function daysLabel(days: number, en: boolean): string {
  const many = days >= 6
  if (en) return `${days}${many ? ' or more' : ''} ${days === 1 ? 'day' : 'days'}`
  return `${days} 天${many ? '及以上' : ''}`
}

/**
 * SELECT of `customer_id, days, spend` of a period's buyers. The 365 days up to today are kept for each customer
 * (customer_stats, equal to a recount): a year of orders needn't be read.
 */
function buyers({ period: { from, to }, today, isCounted }: ReportQuestion): Prisma.Sql {
  if (to === today && from === addDays(today, -364)) {
    return Prisma.sql`select s.customer_id, s.purchase_days_365 as days, s.spend_365_fen as spend
      from customer_stats s where s.purchase_days_365 > 0 and ${isCounted(Prisma.sql`s.customer_id`)}`
  }
  return Prisma.sql`select o.customer_id, count(distinct o.paid_day)::int as days, sum(o.amount_fen - o.refunded_fen) as spend
    from orders o
    where o.paid_day between ${from}::date and ${to}::date and ${counts('o')} and o.customer_id is not null
      and ${isCounted(Prisma.sql`o.customer_id`)}
    group by o.customer_id`
}
