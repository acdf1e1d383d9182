import { tierFigures } from '../../../bot/members/tier-figures.ts'
import { loadTiers } from '../../../bot/rules/load-tiers.ts'
import { lowestTierCode } from '../../../bot/rules/tier-sql.ts'
import { businessDay } from '../../../domain/business-day.ts'
import { lintTiers } from '../../../domain/lint-tiers.ts'
import type { TierBounds, TierRow } from '../../../domain/tier-table.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { authorNames } from '../author-names.ts'
import { findingIn } from './lint-tiers.ts'
import type { TiersView, TierView } from './schema.ts'

const HISTORY = 50
/** a threshold within a twentieth of the mean is at it */
const NEAR = 0.05

type Means = Record<keyof TierBounds, number | null>

/** The table in force with who is in each tier, and beside each threshold the mean of whoever bought within 365 days. */
export async function findTiers(deps: AppDeps, user: SignedIn, lang: Lang): Promise<TiersView> {
  const visible = scope.customers(user)
  const { version, table } = await loadTiers(deps.db.prisma)
  const question = {
    table,
    day: businessDay(deps.clock.now(), deps.zone),
    zone: deps.zone,
    whom: { visible },
    points: true,
  }
  const [history, members, [found]] = await Promise.all([
    deps.db.prisma.tierTable.findMany({ orderBy: { version: 'desc' }, take: HISTORY }),
    reportRows<{ code: string; n: number }>(
      deps.db,
      Prisma.sql`
        select coalesce(k.tier, ${lowestTierCode}) as code, count(*)::int as n
        from customer c left join customer_tier k on k.customer_id = c.id where ${visible} group by 1`,
    ),
    reportRows<Means & { buyers: number }>(
      deps.db,
      Prisma.sql`
        with ${tierFigures(question)}
        select count(*)::int as buyers, round(avg(f.spend))::float8 as "spendFen",
          round(avg(f.orders), 1)::float8 as orders, round(avg(f.days), 1)::float8 as "purchaseDays",
          round(avg(f.referrals), 1)::float8 as referrals, round(avg(f.points), 1)::float8 as points
        from figures f where f.orders > 0`,
    ),
  ])
  const nameOf = await authorNames(
    deps.db.prisma,
    history.map(({ createdBy }) => createdBy),
  )
  const { buyers, ...means } = found ?? NO_BUYERS
  const inTier = (code: string) => members.find((row) => row.code === code)?.n ?? 0
  const known = new Set(table.tiers.map(({ code }) => code))
  return {
    version,
    by: history[0]?.createdBy ?? null,
    at: history[0]?.createdAt.toISOString() ?? null,
    tiers: table.tiers.map((tier) => ({
      tier,
      members: inTier(tier.code),
      beside: besideOf(tier, means),
    })),
    elsewhere: members.reduce((sum, { code, n }) => sum + (known.has(code) ? 0 : n), 0),
    buyers,
    means,
    findings: lintTiers(table).map((finding) => findingIn(finding, lang)),
    history: history.map((row) => ({
      version: row.version,
      by: row.createdBy,
      byName: nameOf(row.createdBy),
      at: row.createdAt.toISOString(),
      // only saveTiers() writes them
      tiers: row.tiers as unknown as TierRow[],
    })),
  }
}

const NO_BUYERS: Means & { buyers: number } = {
  buyers: 0,
  spendFen: null,
  orders: null,
  purchaseDays: null,
  referrals: null,
  points: null,
}

function besideOf({ asks }: TierRow, means: Means): TierView['beside'] {
  const beside = (figure: keyof TierBounds) =>
    asks[figure] === 0
      ? null
      : { mean: means[figure], stands: standing(asks[figure], means[figure]) }
  return {
    spendFen: beside('spendFen'),
    orders: beside('orders'),
    purchaseDays: beside('purchaseDays'),
    referrals: beside('referrals'),
    points: beside('points'),
  }
}

/** Where a threshold lies beside the mean; null without anybody who bought. */
function standing(threshold: number, mean: number | null): 'below' | 'at' | 'above' | null {
  if (mean === null) return null
  if (Math.abs(threshold - mean) <= mean * NEAR) return 'at'
  return threshold < mean ? 'below' : 'above'
}
