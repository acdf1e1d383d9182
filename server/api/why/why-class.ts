import { daysBetween, type BusinessDay } from '../../../domain/business-day.ts'
import { dayText } from '../../../domain/day-words.ts'
import { churnDay, isFalling, stageOf, STAGE_RULES } from '../../../domain/lifecycle.ts'
import { formatFen } from '../../../domain/money.ts'
import { eightOf, RFM_NAMES } from '../../../domain/rfm.ts'
import { overdueFactor } from '../../../domain/rhythm.ts'
import type { CycleSource, Lang } from '../../../domain/words.ts'
import type { CLASS_KINDS, WhyAnswer } from './schema.ts'
import type { WhyFacts } from './why-facts.ts'
import { tellTier } from './why-tier.ts'

type ClassKind = (typeof CLASS_KINDS)[number]

/** When and in which language it is asked, and whose rhythm holds. */
export interface WhyContext {
  today: BusinessDay
  lang: Lang
  cycle: { days: number; source: CycleSource } | null
}

/** Why a customer is told to be what they are (domain-rules 2, 5, 6, 7): one sentence, and what was compared. */
export function whyClass(kind: ClassKind, facts: WhyFacts, context: WhyContext): WhyAnswer {
  const told = TELL[kind](facts, context)
  return {
    kind,
    label: LABELS[kind][context.lang],
    status: 'is',
    rule: null,
    until: null,
    taskId: null,
    ...told,
  }
}

const LABELS: Record<ClassKind, Record<Lang, string>> = {
  tier: { 'zh-CN': '等级', en: 'Tier' },
  rfm: { 'zh-CN': 'RFM', en: 'RFM' },
  stage: { 'zh-CN': '生命周期', en: 'Lifecycle stage' },
  rhythm: { 'zh-CN': '复购节奏', en: 'Repurchase rhythm' },
}

type Told = Pick<WhyAnswer, 'sentence' | 'facts'> & Partial<Pick<WhyAnswer, 'rule' | 'until'>>

const TELL: Record<ClassKind, (facts: WhyFacts, context: WhyContext) => Told> = {
  tier: tellTier,
  rfm: tellRfm,
  stage: tellStage,
  rhythm: tellRhythm,
}

function tellRfm(facts: WhyFacts, { lang }: WhyContext): Told {
  const zh = lang !== 'en'
  const { rfm, five, run } = facts
  if (!run) {
    return {
      sentence: zh ? '还没有算过，今晚会算。' : 'Not told yet: the next night does.',
      facts: null,
    }
  }
  const { daysSince, orders, spendFen, scored } = run.thresholds
  const isScored = rfm !== null && five !== null && facts.lastPurchaseDay !== null
  if (!isScored || daysSince === null || orders === null || spendFen === null) {
    return {
      sentence: zh
        ? '近一年没有付过款的订单，不算 RFM。'
        : 'No paid order within 365 days: RFM is not told.',
      facts: { orders365: facts.orders365, asOf: run.day },
    }
  }
  const r = Math.max(0, daysBetween(facts.lastPurchaseDay ?? run.day, run.day))
  const now = eightOf(
    { daysSince: r, orders: facts.orders365, spendFen: facts.spend365Fen },
    { daysSince, orders, spendFen },
  )
  const level = (at: number) => (rfm[at] === '1' ? (zh ? '高' : 'high') : zh ? '低' : 'low')
  const fallback = !facts.fiveFallback
    ? ''
    : zh
      ? '（没有完全对上的，取最接近的）'
      : ' (the nearest: no pattern holds)'
  const names = { eight: RFM_NAMES[rfm][lang], five: RFM_NAMES[five][lang] }
  const changed =
    now === rfm
      ? ''
      : zh
        ? '之后又有变化，今晚会重算。'
        : ' Something has changed since; the next night tells anew.'
  return {
    sentence: zh
      ? `${dayText(run.day, lang)}算：${ago(r, lang, '当天')}买过（中位数 ${daysSince}，${level(0)}）、${facts.orders365} 单（中位数 ${orders}，${level(1)}）、${formatFen(facts.spend365Fen)}（中位数 ${formatFen(Math.round(spendFen))}，${level(2)}），是「${names.eight}」；五类里是「${names.five}」${fallback}。${changed}`
      : `On ${dayText(run.day, lang)}: bought ${r} days before (median ${daysSince}, ${level(0)}), ${facts.orders365} orders (median ${orders}, ${level(1)}), ${formatFen(facts.spend365Fen)} (median ${formatFen(Math.round(spendFen))}, ${level(2)}): ${names.eight}; of five classes ${names.five}${fallback}.${changed}`,
    rule: { version: 1, params: { medians: { daysSince, orders, spendFen }, scored } },
    facts: {
      rfm,
      five,
      fallback: facts.fiveFallback,
      daysSince: r,
      orders365: facts.orders365,
      spend365Fen: facts.spend365Fen,
      asOf: run.day,
    },
  }
}

function tellStage(facts: WhyFacts, { today, lang, cycle }: WhyContext): Told {
  const cycleDays = cycle?.days ?? null
  const stage = stageOf({ ...facts, cycleDays }, today)
  const zh = lang !== 'en'
  const joined = facts.joinedDay === null ? null : Math.max(0, daysBetween(facts.joinedDay, today))
  const last = facts.lastPurchaseDay
  const since = last === null ? 0 : Math.max(0, daysBetween(last, today))
  const churn = last === null ? null : churnDay(last, cycleDays)
  const rhythm = cycleDays === null ? '' : String(Math.round(cycleDays * 10) / 10)
  const { newDays, lostDays, activeCycles } = STAGE_RULES
  const falls = last !== null && isFalling({ ...facts, lastPurchaseDay: last })
  const sentences: Record<typeof stage, [string, string]> = {
    new: [
      `加入 ${joined ?? 0} 天，买过 ${facts.purchaseDays} 天：${newDays} 天内、买过不超过 1 天算新客。`,
      `Joined ${joined ?? 0} days ago, ${facts.purchaseDays} purchase days: new for ${newDays} days, up to one purchase day.`,
    ],
    prospect:
      joined === null
        ? ['还没有入会，也没有买过。', 'Not a member yet, and has not bought yet.']
        : [
            `加入 ${joined} 天了，超过 ${newDays} 天，还没有买过。`,
            `Joined ${joined} days ago, more than ${newDays}, and has not bought yet.`,
          ],
    lost: [
      `已经 ${since} 天没买，超过 ${lostDays} 天算流失。`,
      `Nothing bought for ${since} days; lost after ${lostDays}.`,
    ],
    at_risk: falls
      ? [
          `连续 ${facts.fallingReviews} 次月度复核都掉了级。`,
          `Fell a tier at ${facts.fallingReviews} monthly reviews in a row.`,
        ]
      : [
          `已经 ${since} 天没来；${churn === null ? '' : dayText(churn, lang)}起就算有流失风险。`,
          `Not seen for ${since} days; at risk since ${churn === null ? '' : dayText(churn, lang)}.`,
        ],
    sleeping: [
      `已经 ${since} 天没来，超过节奏（${rhythm} 天一次）的 ${activeCycles} 倍。`,
      `Not seen for ${since} days, more than ${activeCycles} × the rhythm of ${rhythm} days.`,
    ],
    active: [
      cycleDays === null
        ? `${ago(since, lang)}来过。`
        : `${ago(since, lang)}来过，在节奏（${rhythm} 天一次）的 ${activeCycles} 倍以内。`,
      cycleDays === null
        ? `Came ${ago(since, lang)}.`
        : `Came ${ago(since, lang)}, within ${activeCycles} × the rhythm of ${rhythm} days.`,
    ],
  }
  return {
    sentence: sentences[stage][zh ? 0 : 1],
    rule: { version: 1, params: { ...STAGE_RULES } },
    facts: {
      stage,
      joinedDays: joined,
      purchaseDays: facts.purchaseDays,
      daysSince: last === null ? null : since,
      cycleDays,
      churnDay: churn,
      fallingReviews: facts.fallingReviews,
    },
    until: stage === 'active' || stage === 'sleeping' ? churn : null,
  }
}

function tellRhythm(facts: WhyFacts, { today, lang, cycle }: WhyContext): Told {
  const zh = lang !== 'en'
  if (facts.lastPurchaseDay === null || !cycle) {
    return {
      sentence: zh ? '买满 3 天才看得出节奏。' : 'A rhythm shows from the third purchase day on.',
      facts: { purchaseDays: facts.purchaseDays },
    }
  }
  const since = Math.max(0, daysBetween(facts.lastPurchaseDay, today))
  const days = Math.round(cycle.days * 10) / 10
  const factor = Math.round(overdueFactor(since, cycle.days) * 10) / 10
  const isEarly = since < cycle.days
  const whose = WHOSE[cycle.source](facts.purchaseDays)[zh ? 0 : 1]
  const { pAlive, expected90 } = facts
  const alive = likely(pAlive ?? 0)
  const model =
    pAlive === null || facts.purchaseDays < 2
      ? ''
      : zh
        ? `按全部客人的购买习惯估计，TA 还会再来的可能是 ${alive}%${expected90 === null ? '' : `，90 天内大约再来 ${expected90.toFixed(1)} 次`}。`
        : ` By everybody's habits they still are a customer with ${alive} %${expected90 === null ? '' : `, and come about ${expected90.toFixed(1)} times within 90 days`}.`
  return {
    sentence: zh
      ? `${whose}，${days} 天来一次；已经 ${since} 天，${isEarly ? '还没到时候' : `是平时的 ${factor} 倍`}。${model}`
      : `${whose}: every ${days} days; it has been ${since}, ${isEarly ? 'not yet time' : `${factor} ×`}.${model}`,
    rule: facts.run && { version: 1, params: { model: facts.run.model } },
    facts: {
      cycleDays: cycle.days,
      source: cycle.source,
      purchaseDays: facts.purchaseDays,
      daysSince: since,
      factor,
      pAlive,
      expected90,
    },
  }
}

/** @param today what the day itself is called where it is not today */
function ago(days: number, lang: Lang, today = '今天'): string {
  if (lang === 'en') return days === 0 ? 'today' : `${days} days ago`
  return days === 0 ? today : `${days} 天前`
}

/** A model is never sure: from 1 to 99 %. */
function likely(share: number): number {
  return Math.min(99, Math.max(1, Math.round(share * 100)))
}

const WHOSE: Record<CycleSource, (purchaseDays: number) => [string, string]> = {
  own: (n) => [
    `按 TA 自己 ${n} 个购买日的间隔取中位数`,
    `By the median gap of their own ${n} purchase days`,
  ],
  category: () => [
    'TA 买得还少，按买同类商品的客人',
    'They bought too little yet; buyers of the same category come',
  ],
  store: () => [
    'TA 买得还少，按本店的客人',
    'They bought too little yet; customers of the store come',
  ],
  chain: () => [
    'TA 买得还少，按全部门店的客人',
    'They bought too little yet; customers of the chain come',
  ],
}
