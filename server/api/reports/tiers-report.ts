import { loadTiers } from '../../../bot/rules/load-tiers.ts'
import { tierName, tierRank } from '../../../domain/tier-table.ts'
import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { count, share, type ReportFile, type ReportQuestion } from './report-file.ts'
import { groupBy, sum } from './sums.ts'

interface Change {
  day: string
  before: string
  after: string
  customers: number
  /** after the period: taken back to know how it stood at its end */
  later: boolean
}

/**
 * Tier shares at the end of a period and what moved in it (domain-rules 2). Kept tiers only: who was never judged by a
 * night has none yet. How it stood on a day that is over: as it stands now, with the changes since then taken back.
 */
export const tiersReport: ReportFile = {
  label: { 'zh-CN': '等级', en: 'Tiers' },
  async find(question) {
    const { deps, lang, period } = question
    const [{ table }, now, changes] = await Promise.all([
      loadTiers(deps.db.prisma),
      kept(question),
      changesSince(question),
    ])
    const atEnd = new Map(now.map(({ tier, customers }) => [tier, customers]))
    for (const { before, after, customers } of changes.filter(({ later }) => later)) {
      atEnd.set(after, (atEnd.get(after) ?? 0) - customers)
      atEnd.set(before, (atEnd.get(before) ?? 0) + customers)
    }
    const all = sum(atEnd.values(), (customers) => customers)
    const within = changes.filter(({ later }) => !later)
    const step = ({ before, after }: Change) => tierRank(table, after) - tierRank(table, before)
    const up = within.filter((change) => step(change) > 0)
    const down = within.filter((change) => step(change) < 0)
    const name = (code: string) => tierName(table, code, lang)
    const en = lang === 'en'
    return {
      figures: [
        share('rose', en ? 'Rises' : '升级', total(up), all),
        share('fell', en ? 'Falls' : '降级', total(down), all),
        count('customers', en ? 'Customers with a tier' : '有等级的客户', all),
      ],
      tables: [
        {
          code: 'shares',
          label: en ? `Shares on ${period.to}` : `${period.to} 的等级构成`,
          chart: 'bars',
          lines: [...atEnd]
            .filter(([, customers]) => customers > 0)
            .sort(([a], [b]) => tierRank(table, a) - tierRank(table, b))
            .map(([code, customers]) => share(code, name(code), customers, all)),
        },
        {
          code: 'moves',
          label: en ? 'Moves' : '等级变动',
          chart: 'bars',
          lines: [...groupBy(within, ({ before, after }) => `${before}>${after}`)]
            .flatMap(([key, moves]) =>
              moves
                .slice(0, 1)
                .map(({ before, after }) =>
                  count(key, `${name(before)} → ${name(after)}`, total(moves)),
                ),
            )
            .toSorted((a, b) => b.numerator - a.numerator),
        },
        byDay('rose', en ? 'Rises by day' : '每天升级', up),
        byDay('fell', en ? 'Falls by day' : '每天降级', down),
      ],
    }
  },
}

const kept = ({ deps, isCounted }: ReportQuestion) =>
  reportRows<{ tier: string; customers: number }>(
    deps.db,
    Prisma.sql`select ct.tier, count(*)::int as customers from customer_tier ct
      where ${isCounted(Prisma.sql`ct.customer_id`)} group by ct.tier`,
  )

const changesSince = ({ deps, period, isCounted }: ReportQuestion) =>
  reportRows<Change>(
    deps.db,
    Prisma.sql`select t.day::text as day, t.before, t.after, count(*)::int as customers, t.day > ${period.to}::date as later
      from tier_change t where t.day >= ${period.from}::date and ${isCounted(Prisma.sql`t.customer_id`)}
      group by t.day, t.before, t.after order by t.day`,
  )

const total = (changes: readonly Change[]) => sum(changes, ({ customers }) => customers)

const byDay = (code: string, label: string, changes: readonly Change[]) => ({
  code: `${code}ByDay`,
  label,
  chart: 'lines' as const,
  lines: [...groupBy(changes, ({ day }) => day)].map(([day, of]) => count(day, day, total(of))),
})
