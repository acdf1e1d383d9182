import { readTiers } from '../../../bot/rules/load-tiers.ts'
import { daysBetween, businessDay, type BusinessDay } from '../../../domain/business-day.ts'
import { readLimits } from '../../../bot/rules/contact-limits.ts'
import { decideContact } from '../../../domain/contact-limits.ts'
import { stageOf } from '../../../domain/lifecycle.ts'
import { expiringLots, pointsOn } from '../../../domain/points-lots.ts'
import { RFM_NAMES } from '../../../domain/rfm.ts'
import { overdueFactor } from '../../../domain/rhythm.ts'
import {
  fallReview,
  heldTier,
  keepGap,
  nextGap,
  nextReview,
  reviewOf,
} from '../../../domain/tier.ts'
import { lowestTier, tierName, tierRank, type TierTable } from '../../../domain/tier-table.ts'
import type { CycleSource, Lang, Tier } from '../../../domain/words.ts'
import { taskView } from '../tasks/task-view.ts'
import { birthdayText } from './birthday-text.ts'
import { displayName } from './display-name.ts'
import type { ProfileRow, TouchLine } from './profile-row.ts'
import type { CustomerProfile } from './schema.ts'
import { tagView } from './tag-view.ts'

/** What a profile is read for: when, where, in which language. */
export interface ProfileContext {
  now: Date
  today: BusinessDay
  zone: string
  lang: Lang
  /** the rhythm that holds for the customer, their own or a group's */
  cycle: { days: number; source: CycleSource } | null
  /** plain mobile, to be masked here */
  mobile: string | null
}

/** days ahead in which lots of points are called expiring (domain-rules 8: T−30) */
const POINTS_DAYS = 30
/** purchase days of the strip */
const STRIP_DAYS = 12

/** The profile of a row: everything that domain rules make of it. Pure. */
export function profileView(row: ProfileRow, context: ProfileContext): CustomerProfile {
  const { today, lang, cycle } = context
  const { table } = readTiers(row.tiers)
  const guides = row.guides ?? []
  const lots = row.lots ?? []
  return {
    id: row.id,
    externalUserId: row.externalUserId,
    memberNo: row.memberNo,
    name: displayName(row, lang),
    wecomName: row.wecomName,
    avatar: row.avatar,
    gender: row.gender,
    mobile: context.mobile === null ? null : maskMobile(context.mobile),
    // without its year: a greeting needs the day, the age is a call of its own and audited
    birthday: birthdayText(null, row.birthdayMd),
    lunarBirthday: row.birthdayLunar,
    joinedAt: row.joinedAt,
    store: row.store,
    matchIssue: row.matchIssue,
    relation: row.relation,
    guides,
    ownerGuide: row.assignedGuide ?? guides[0] ?? null,
    tier: tierView(row, table, today, lang),
    points: {
      ...pointsOn(lots, today),
      shortfall: row.pointsShortfall,
      expiring: expiringLots(lots, today, POINTS_DAYS),
    },
    coupons: row.coupons ?? [],
    value: {
      spend365Fen: row.spend365Fen,
      orders365: row.orders365,
      averageFen: row.orders365 > 0 ? Math.round(row.spend365Fen / row.orders365) : 0,
      rfm: rfmView(row, lang),
    },
    rhythm: rhythmView(row, today, cycle),
    stage: stageOf({ ...row, cycleDays: cycle?.days ?? null }, today),
    tags: (row.tags ?? []).map((tag) => tagView(tag, context.zone, lang)),
    tasks: (row.tasks ?? []).map((task) => taskView(task, table, lang, today)),
    consent: row.consent,
    contact: contactView(row, context),
    lastTouchByMe: touchBrief(row.lastTouchByMe, context.zone),
    lastTouchByOthers: touchBrief(row.lastTouchByOthers, context.zone),
  }
}

function tierView(
  row: ProfileRow,
  table: TierTable,
  today: BusinessDay,
  lang: Lang,
): CustomerProfile['tier'] {
  const { tier, flags } = heldTier(table, row.tier, row, today)
  const next = nextGap(table, tier, row)
  const held = table.tiers[tierRank(table, tier)] ?? lowestTier(table)
  // a tier that the figures alone give is kept from the night on
  const since = tier === row.tier ? row.tierSince : null
  const isFree = tier === row.tier && reviewOf(held, since, today) > nextReview(today)
  return {
    code: tier,
    name: tierName(table, tier, lang),
    colour: held.colour,
    since,
    flags,
    next: next && { ...next, name: tierName(table, next.code, lang) },
    keep: isFree ? null : keepView(table, tier, row, today),
  }
}

/** Both gaps are told of every tier but the lowest: that nothing is short is worth knowing, too. */
function keepView(
  table: TierTable,
  tier: Tier,
  { days, referrals, pointsAtReview, warnedOn }: ProfileRow,
  today: BusinessDay,
): CustomerProfile['tier']['keep'] {
  // whoever was warned less than 30 days before a review keeps the tier until the next one: the task says the same day
  const reviewDay = warnedOn === null ? nextReview(today) : fallReview(warnedOn, today)
  const short = keepGap(
    table,
    tier,
    days ?? [],
    { referrals, points365: pointsAtReview },
    reviewDay,
  )
  if (short) return short
  return tierRank(table, tier) === 0 ? null : { reviewDay, spendFen: 0, orders: 0 }
}

function rfmView({ rfm, five }: ProfileRow, lang: Lang): CustomerProfile['value']['rfm'] {
  if (rfm === null || five === null) return null
  return { eight: RFM_NAMES[rfm][lang], five: RFM_NAMES[five][lang] }
}

function rhythmView(
  row: ProfileRow,
  today: BusinessDay,
  cycle: ProfileContext['cycle'],
): CustomerProfile['rhythm'] {
  if (!cycle || row.lastPurchaseDay === null) return null
  // an order that is dated ahead, or a clock that was set back
  const daysSince = Math.max(0, daysBetween(row.lastPurchaseDay, today))
  return {
    cycleDays: Math.round(cycle.days * 10) / 10,
    source: cycle.source,
    daysSince,
    factor: Math.round(overdueFactor(daysSince, cycle.days) * 100) / 100,
    days: (row.days ?? []).slice(0, STRIP_DAYS).map(({ day }) => day),
    pAlive: row.pAlive,
  }
}

function contactView(row: ProfileRow, { now, zone }: ProfileContext): CustomerProfile['contact'] {
  const { relation } = row
  const decision = decideContact(
    {
      consent: row.consent,
      hasRelation: relation !== null && relation.endedAt === null && !relation.half,
      touches: (row.recentTouches ?? []).map((touch) => ({
        at: new Date(touch.at),
        byOther: !touch.mine,
      })),
    },
    now,
    { limits: readLimits(row.limits).limits, zone },
  )
  return decision.ok
    ? { ok: true, why: null, until: null }
    : { ok: false, why: decision.why, until: decision.until?.toISOString() ?? null }
}

function touchBrief(touch: TouchLine | null, zone: string): CustomerProfile['lastTouchByMe'] {
  if (!touch) return null
  const { at, name, channel } = touch
  return { at, day: businessDay(new Date(at), zone), name, channel }
}

/**
 * A number one can recognise but not call: four digits at least are missing, of a short one too.
 * @example maskMobile('13812341234') // '138****1234'
 * @example maskMobile('1234567') // '1****67'
 */
export function maskMobile(mobile: string): string {
  const [first, last] = mobile.length < 11 ? [1, 2] : [3, 4]
  return `${mobile.slice(0, first)}****${mobile.slice(-last)}`
}
