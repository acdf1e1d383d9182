import { counts } from '../../../bot/rules/counted-order.ts'
import { addDays } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { fenEach, share, shareOfFen, type ReportFile, type ReportQuestion } from './report-file.ts'

/** share of buyers whose part of the spend is told */
const TOP = 0.2

/** Buyers of the period: all of them, those at home in a store, or those of so many purchase days. */
interface BuyersRow {
  cut: 'all' | 'store' | 'days'
  /** empty: none */
  store: string
  name: string | null
  days: number
  buyers: number
  again: number
  spend: number | null
  topSpend: number | null
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
    const [found, [ever]] = await Promise.all([
      reportRows<BuyersRow>(
        deps.db,
        Prisma.sql`
          with buyer as materialized (${buyer}), cuts as (
            select case grouping(c.store_no, least(b.days, 6)) when 1 then 'store' when 2 then 'days' else 'all' end as cut,
              coalesce(c.store_no, '') as store, least(b.days, 6) as days, count(*)::int as buyers,
              count(*) filter (where b.days >= 2)::int as again, sum(b.spend)::float8 as spend
            from buyer b join customer c on c.id = b.customer_id
            group by grouping sets ((), (c.store_no), (least(b.days, 6)))
          )
          select cuts.*, st.name, (
              select sum(top.spend) from (
                select spend from buyer order by spend desc limit ceil(${TOP}::numeric * cuts.buyers)) top
              where cuts.cut = 'all')::float8 as "topSpend"
          from cuts left join store st on st.store_no = cuts.store
          order by cuts.again::float8 / greatest(cuts.buyers, 1) desc, cuts.store`,
      ),
      reportRows<{ buyers: number; spend: number }>(
        deps.db,
        Prisma.sql`
          select count(*)::int as buyers, coalesce(sum(s.spend_total_fen), 0)::float8 as spend
          from customer_stats s where s.orders_total > 0 and ${isCounted(Prisma.sql`s.customer_id`)}`,
      ),
    ])
    const totals = found.find(({ cut }) => cut === 'all')
    const stores = found.filter(({ cut }) => cut === 'store')
    const days = found.filter(({ cut }) => cut === 'days').toSorted((a, b) => a.days - b.days)
    const all = totals?.buyers ?? 0
    const again = totals?.again ?? 0
    const spend = totals?.spend ?? 0
    const topSpend = totals?.topSpend ?? 0
    const everBuyers = ever?.buyers ?? 0
    const everSpend = ever?.spend ?? 0
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
            share(String(row.days), daysLabel(row.days, en), row.buyers, all),
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
