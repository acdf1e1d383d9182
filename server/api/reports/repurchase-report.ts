import { counts } from '../../../bot/rules/counted-order.ts'
import { addDays } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { fenEach, share, shareOfFen, type ReportFile, type ReportQuestion } from './report-file.ts'
import { groupBy, sum } from './sums.ts'

/** share of buyers whose part of the spend is told */
const TOP = 0.2

/** Buyers of the period at home in a store, of so many purchase days: 6 stands for more, too. */
interface BuyersRow {
  /** empty: none */
  store: string
  name: string | null
  days: number
  buyers: number
  spend: number
}

/**
 * Buyers of a period: how many came on a second purchase day (domain-rules 12), what the top 20 % spent of it all
 * (ceil(0.2·N) of them, net of refunds), and what a customer who ever bought has spent so far.
 */
export const repurchaseReport: ReportFile = {
  label: { 'zh-CN': '复购', en: 'Repurchase' },
  async find(question) {
    const { deps, lang, period, isCounted } = question
    const en = lang === 'en'
    const buyer = buyers(question)
    const [found, [top], [ever]] = await Promise.all([
      reportRows<BuyersRow>(
        deps.db,
        Prisma.sql`
          select store, st.name, days, buyers, spend from (
            select coalesce(f.store_no, '') as store, least(b.days, 6) as days, count(*)::int as buyers,
              sum(b.spend)::float8 as spend
            from (${buyer}) b join customer_facts f on f.customer_id = b.customer_id
              -- who bought in the period did so last in it or later
              and f.last_purchase_day >= ${period.from}::date
            group by 1, 2
          ) cut left join store st on st.store_no = cut.store`,
      ),
      reportRows<{ spend: number }>(
        deps.db,
        Prisma.sql`
          with buyer as materialized (select spend from (${buyer}) b)
          select coalesce(sum(spend), 0)::float8 as spend from (
            select spend from buyer order by spend desc
            limit (select ceil(${TOP}::numeric * count(*)) from buyer)) best`,
      ),
      reportRows<{ buyers: number; spend: number }>(
        deps.db,
        Prisma.sql`
          select count(*)::int as buyers, coalesce(sum(s.spend_total_fen), 0)::float8 as spend
          from customer_stats s where s.orders_total > 0 and ${isCounted(Prisma.sql`s.customer_id`)}`,
      ),
    ])
    const all = sum(found, ({ buyers: n }) => n)
    const again = sum(found, againOf)
    const spend = sum(found, (row) => row.spend)
    const topSpend = top?.spend ?? 0
    const everBuyers = ever?.buyers ?? 0
    const everSpend = ever?.spend ?? 0
    const stores = [...groupBy(found, ({ store }) => store)]
      .map(([store, rows]) => ({
        store,
        name: rows[0]?.name ?? null,
        buyers: sum(rows, (row) => row.buyers),
        again: sum(rows, againOf),
      }))
      .toSorted((x, y) => y.again / y.buyers - x.again / x.buyers || (x.store < y.store ? -1 : 1))
    const days = [...groupBy(found, (row) => row.days)]
      .map(([n, rows]) => ({ days: n, buyers: sum(rows, (row) => row.buyers) }))
      .toSorted((x, y) => x.days - y.days)
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

const againOf = ({ days, buyers: n }: BuyersRow) => (days >= 2 ? n : 0)

function daysLabel(days: number, en: boolean): string {
  const many = days >= 6
  if (en) return `${days}${many ? ' or more' : ''} ${days === 1 ? 'day' : 'days'}`
  return `${days} 天${many ? '及以上' : ''}`
}

/**
 * SELECT of `customer_id, days, spend` of a period's buyers. The 365 days up to today are kept for each customer
 * (customer_facts, equal to a recount): a year of orders needn't be read.
 */
function buyers({ period: { from, to }, today, isCounted }: ReportQuestion): Prisma.Sql {
  if (to === today && from === addDays(today, -364)) {
    return Prisma.sql`select k.customer_id, k.purchase_days_365 as days, k.spend_365_fen as spend
      from customer_facts k where k.purchase_days_365 > 0 and ${isCounted(Prisma.sql`k.customer_id`)}`
  }
  return Prisma.sql`select o.customer_id, count(distinct o.paid_day)::int as days, sum(o.amount_fen - o.refunded_fen) as spend
    from orders o
    where o.paid_day between ${from}::date and ${to}::date and ${counts('o')} and o.customer_id is not null
      and ${isCounted(Prisma.sql`o.customer_id`)}
    group by o.customer_id`
}
