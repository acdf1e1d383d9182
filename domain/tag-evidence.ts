import { dayText } from './day-words.ts'
import { formatFen } from './money.ts'
import { RFM_EIGHT, RFM_FIVE, RFM_NAMES } from './rfm.ts'
import { DEFAULT_TIER_TABLE, tierName } from './tier-table.ts'
import { CONSENTS, STAGE_NAMES, STAGES, type Lang } from './words.ts'

/** An automatic tag as it was put on: by which version of which rule, when, on what facts (bot/audience/evidence-sql). */
export interface TagEvidence {
  rule: string
  version: number
  /** business day */
  day: string
  facts: Record<string, unknown>
}

/**
 * Why a customer has an automatic tag, in one sentence (domain-rules 13).
 * @example tagWhy({ rule: '高价值客户', version: 2, day: '2026-11-22', facts: { spend365Fen: 123450 } }, 'zh-CN')
 * // '规则「高价值客户」第 2 版于 11 月 22 日自动打上：近一年消费 ¥1,234.5。'
 */
export function tagWhy({ rule, version, day, facts }: TagEvidence, lang: Lang): string {
  const said = Object.entries(SAYS).flatMap(([name, say]) => {
    const value = facts[name]
    const text = value === undefined || value === null ? null : say(value)
    return text === null ? [] : [text[lang]]
  })
  if (lang === 'en') {
    const because = said.length > 0 ? `: ${said.join(', ')}` : ''
    return `Put on by rule “${rule}”, version ${version}, on ${dayText(day, lang)}${because}.`
  }
  const because = said.length > 0 ? `：${said.join('，')}` : ''
  return `规则「${rule}」第 ${version} 版于 ${dayText(day, lang)}自动打上${because}。`
}

type Say = (value: unknown) => Record<Lang, string> | null

const number =
  (say: (n: number) => Record<Lang, string>): Say =>
  (value) =>
    typeof value === 'number' ? say(value) : null

const text =
  (say: (text: string) => Record<Lang, string>): Say =>
  (value) =>
    typeof value === 'string' ? say(value) : null

const oneOf =
  <T extends string>(words: readonly T[], say: (word: T) => Record<Lang, string>): Say =>
  (value) => {
    const word = words.find((one) => one === value)
    return word === undefined ? null : say(word)
  }

function wordIn(value: unknown, lang: Lang): string | null {
  if (typeof value !== 'object' || value === null) return null
  const word: unknown = (value as Record<string, unknown>)[lang]
  return typeof word === 'string' ? word : null
}

const percent = (share: number) => `${Math.round(share * 100)}%`
const rounded = (n: number) => String(Math.round(n * 10) / 10)
const both = (zh: string, en: string): Record<Lang, string> => ({ 'zh-CN': zh, en })

/** In the order in which they are said. What is said by others, such as daysSince, is left out. */
const SAYS: Record<string, Say> = {
  spend365Fen: number((fen) =>
    both(`近一年消费 ${formatFen(fen)}`, `spent ${formatFen(fen)} in a year`),
  ),
  orders365: number((n) =>
    both(`近一年 ${n} 单`, `${n} ${n === 1 ? 'order' : 'orders'} in a year`),
  ),
  purchaseDays365: number((n) =>
    both(`近一年来买过 ${n} 天`, `bought on ${n} ${n === 1 ? 'day' : 'days'} in a year`),
  ),
  averageOrderFen: number((fen) =>
    both(`平均每单 ${formatFen(fen)}`, `${formatFen(fen)} an order`),
  ),
  lastPurchase: text((day) =>
    both(`上次购买 ${dayText(day, 'zh-CN')}`, `last bought ${dayText(day, 'en')}`),
  ),
  daysSince: number((n) => both(`当时已 ${n} 天没买`, `${n} ${n === 1 ? 'day' : 'days'} before`)),
  cycleDays: number((n) =>
    both(`平时约 ${rounded(n)} 天买一次`, `usually every ${rounded(n)} days`),
  ),
  pAlive: number((p) => both(`还会再来的可能 ${percent(p)}`, `${percent(p)} likely to come back`)),
  expected90: number((n) =>
    both(`90 天内预计再来 ${rounded(n)} 天`, `${rounded(n)} purchase days expected in 90 days`),
  ),
  // with the names it had then; the code alone where it was put on before tiers were data
  tier: (value) => {
    const name = (lang: Lang) =>
      typeof value === 'string' ? tierName(DEFAULT_TIER_TABLE, value, lang) : wordIn(value, lang)
    const [zh, en] = [name('zh-CN'), name('en')]
    return zh === null || en === null ? null : both(`${zh}等级`, `tier ${en}`)
  },
  rfm: oneOf(RFM_EIGHT, (rfm) => RFM_NAMES[rfm]),
  five: oneOf(RFM_FIVE, (five) => RFM_NAMES[five]),
  stage: oneOf(STAGES, (stage) => STAGE_NAMES[stage]),
  joined: text((day) => both(`${dayText(day, 'zh-CN')}入会`, `joined ${dayText(day, 'en')}`)),
  couponDay: text((day) =>
    both(`有券 ${dayText(day, 'zh-CN')}到期`, `a coupon ends ${dayText(day, 'en')}`),
  ),
  points: number((n) => both(`有 ${n} 积分可用`, `${n} points to spend`)),
  source: text((from) => both(`来自${from}`, `came by ${from}`)),
  store: text((no) => both(`门店 ${no}`, `store ${no}`)),
  region: text((region) => both(`${region}区域`, `region ${region}`)),
  tags: (names) =>
    Array.isArray(names) && names.length > 0
      ? both(`有标签${names.join('、')}`, `has ${names.join(', ')}`)
      : null,
  consent: oneOf(CONSENTS, (consent) =>
    consent === 'none'
      ? both('不希望被联系', 'wants no messages')
      : both('愿意被联系', 'may be written to'),
  ),
}
