import { readTiers } from '../../../bot/rules/load-tiers.ts'
import { daysBetween, type BusinessDay } from '../../../domain/business-day.ts'
import { dayText } from '../../../domain/day-words.ts'
import { formatFen } from '../../../domain/money.ts'
import { bandsOf, fallReview, heldTier, isOver, reviewOf } from '../../../domain/tier.ts'
import {
  asksPoints,
  lowestTier,
  tierName,
  tierRank,
  type TierTable,
} from '../../../domain/tier-table.ts'
import type { Lang, Tier } from '../../../domain/words.ts'
import type { WhyAnswer } from './schema.ts'
import type { WhyFacts } from './why-facts.ts'

/** Why a customer has their tier: the figures, which tier they give, and until when a higher one is kept (domain-rules 2). */
export function tellTier(
  facts: WhyFacts,
  { today, lang }: { today: BusinessDay; lang: Lang },
): Pick<WhyAnswer, 'sentence' | 'facts' | 'rule' | 'until'> {
  const { version, table } = readTiers(facts.tiers)
  const { tier, flags } = heldTier(table, facts.tier, facts, today)
  const due = heldTier(table, null, facts, today).tier
  const held = table.tiers[tierRank(table, tier)] ?? lowestTier(table)
  const isKept = tierRank(table, tier) > tierRank(table, due)
  const review =
    facts.warnedOn === null
      ? reviewOf(held, facts.tierSince, today)
      : fallReview(facts.warnedOn, today)
  const name = tierName(table, tier, lang)
  const says = figuresSay(table, facts, due, { today, lang })
  const kept = isKept ? keptSays(name, review, facts.warnedOn, lang) : ''
  return {
    sentence: `${says}${kept}`,
    rule: {
      version,
      params: { tiers: table.tiers.map(({ code, asks, requires }) => ({ code, asks, requires })) },
    },
    facts: {
      tier,
      byFigures: due,
      since: facts.tierSince,
      spend365Fen: facts.spend365Fen,
      orders365: facts.orders365,
      purchaseDays365: facts.purchaseDays365,
      referrals: facts.referrals,
      ...(asksPoints(table) ? { points365: facts.points365 } : {}),
      warnedOn: facts.warnedOn,
      flags,
    },
    until: isKept ? review : null,
  }
}

/** Which tier the figures give: by the two bands where these decide, by all figures where others do. */
function figuresSay(
  table: TierTable,
  facts: WhyFacts,
  due: Tier,
  { today, lang }: { today: BusinessDay; lang: Lang },
): string {
  const zh = lang !== 'en'
  const name = (code: Tier) => tierName(table, code, lang)
  const sum = zh
    ? `近 365 天消费 ${formatFen(facts.spend365Fen)}、${facts.orders365} 单`
    : `${formatFen(facts.spend365Fen)} and ${facts.orders365} orders within 365 days`
  const over = table.tiers.findLast(
    (row) => tierRank(table, row.code) > tierRank(table, due) && isOver(row, facts, today),
  )
  if (over && facts.lastPurchaseDay !== null) {
    const days = daysBetween(facts.lastPurchaseDay, today)
    return zh
      ? `已经 ${days} 天没有购买，「${name(over.code)}」满 ${over.ends?.afterDays ?? days} 天没买就到期，按「${name(due)}」算。`
      : `${days} days without a purchase: “${name(over.code)}” ends after ${over.ends?.afterDays ?? days}, so ${name(due)} counts.`
  }
  const { amount, count } = bandsOf(table, facts)
  const lower = tierRank(table, amount) < tierRank(table, count) ? amount : count
  if (lower === due) {
    return zh
      ? `${sum}：金额到「${name(amount)}」，单数到「${name(count)}」，取低的一档「${name(due)}」。`
      : `${sum}: the amount makes ${name(amount)}, the count ${name(count)}; the lower holds: ${name(due)}.`
  }
  const points = asksPoints(table) ? facts.points365 : null
  return zh
    ? `${sum}，买过 ${facts.purchaseDays365} 天、带来 ${facts.referrals} 位新客${points === null ? '' : `、攒了 ${points} 积分`}，够「${name(due)}」。`
    : `${sum}, ${facts.purchaseDays365} purchase days and ${facts.referrals} new customers${points === null ? '' : `, ${points} points`}: ${name(due)}.`
}

function keptSays(
  name: string,
  review: BusinessDay,
  warnedOn: BusinessDay | null,
  lang: Lang,
): string {
  const day = dayText(review, lang)
  if (lang === 'en') {
    const warned = warnedOn === null ? '' : ` (warned on ${dayText(warnedOn, lang)})`
    return ` ${name} is kept; it may fall one step at the review on ${day} at the earliest${warned}.`
  }
  const warned = warnedOn === null ? '' : `（${dayText(warnedOn, lang)}起提醒过）`
  return `「${name}」先保留，最早 ${day}复核时降一级${warned}。`
}
