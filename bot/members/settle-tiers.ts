import { addDays, type BusinessDay } from '../../domain/business-day.ts'
import { nextReview, TIER_WARNING_DAYS } from '../../domain/tier.ts'
import { asksPoints } from '../../domain/tier-table.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { loadTiers, type TiersInForce } from '../rules/load-tiers.ts'
import { tiersSettled } from '../tasks/on-tiers.ts'
import { overEverybody } from './over-everybody.ts'
import type { TierQuestion } from './tier-figures.ts'
import { writeTiersOfMany } from './write-tiers.ts'

/** How many tiers a run changed. */
export interface SettledTiers {
  upgraded: number
  /** at a review, or because the membership is over */
  downgraded: number
  warned: number
  /** whose tier the table has no more */
  moved: number
}

/** daily_run row of the nights on which tiers were settled; its summary says by which version of the table */
const SETTLED = 'tiers_settled'

/**
 * Keeps everybody's tier as of a day (domain-rules 2): up at once; from 30 days before a review on, who would fall short
 * of their tier there is warned; at the review, the first of a month, who was warned 30 days ago and still is short goes
 * down one step. Each change is logged with its figures and told to the chain's systems. Doing a day again changes
 * nothing; a review that was missed is made up for by the next night.
 *
 * Between two nights an order raises the tier at once (settle-tiers-of.ts). On most nights only those are looked at for
 * whom something changed since the last one; at a review, when its warnings begin, and after the table was changed,
 * everybody is.
 *
 * @param options.everybody looks at everybody on any night; the outcome is the same
 */
export async function settleTiers(
  deps: BotDeps,
  day: BusinessDay,
  options: { everybody?: boolean } = {},
): Promise<SettledTiers> {
  const done = await overEverybody(deps.db, 'tiers', async (tx) => {
    const tiers = await loadTiers(tx)
    const whom = options.everybody ? 'everybody' : await whomToLookAt(tx, tiers, day)
    const question = { table: tiers.table, day, zone: deps.zone, whom }
    const n = await writeTiersOfMany(tx, deps, question)
    await tx.$executeRaw(Prisma.sql`
        insert into daily_run as d (name, day, enqueued_at, finished_at, summary)
        values (${SETTLED}, ${day}::date, ${deps.clock.now()}, ${deps.clock.now()},
          jsonb_build_object('tierTable', ${tiers.version}::int))
        on conflict (name, day) do update set summary = excluded.summary
        where d.summary is distinct from excluded.summary`)
    await tiersSettled(tx, deps, deps.clock.now())
    return {
      upgraded: n.upgrade ?? 0,
      downgraded: (n.review ?? 0) + (n.end ?? 0),
      warned: n.warned ?? 0,
      moved: n.table ?? 0,
    }
  })
  deps.log.info({ day, ...done }, 'tiers settled')
  return done
}

/**
 * Those for whom something changed since the last night up to a day, where that is enough; everybody at a review, when
 * its warnings begin, the first time, after the table was changed, and on each night where days alone may change a tier:
 * points leave the window, memberships end.
 */
async function whomToLookAt(
  tx: Db,
  { version, table }: TiersInForce,
  day: BusinessDay,
): Promise<TierQuestion['whom']> {
  if (asksPoints(table) || table.tiers.some(({ ends }) => ends?.when === 'at_once'))
    return 'everybody'
  const [last] = await tx.$queryRaw<{ day: BusinessDay; version: number }[]>(Prisma.sql`
    select day::text as day, coalesce((summary ->> 'tierTable')::int, 1) as version
    from daily_run where name = ${SETTLED} and day <= ${day}::date order by day desc limit 1`)
  if (!last || last.version !== version) return 'everybody'
  const begins = [`${day.slice(0, 8)}01`, addDays(nextReview(day), -TIER_WARNING_DAYS)]
  const isBeginning = begins.some((from) => last.day < from && from <= day)
  return isBeginning ? 'everybody' : { since: last.day }
}
