import { contrast } from '../../../../domain/colour.ts'
import { TIER_FIGURES, type TierBounds, type TierRow } from '../../../../domain/tier-table.ts'
import { isColour } from '../../../format/colour.ts'
import type { TiersWords } from './tiers-words.ts'

/** A line under edit: a number whose field is empty is null. */
export type DraftRow = Omit<TierRow, 'asks' | 'keepMonths' | 'ends'> & {
  asks: Record<keyof TierBounds, number | null>
  keepMonths: number | null
  ends: { afterDays: number | null; when: 'at_once' | 'review' } | null
}

/** The table as somebody is editing it, and the version that they began with. */
export interface TiersDraft {
  version: number
  tiers: DraftRow[]
}

/** Something the table can't be sent with, and where. */
export interface DraftProblem {
  path: string
  message: string
}

const MOST: Record<keyof TierBounds, number> = {
  spendFen: 1_000_000_000_000,
  orders: 100_000,
  purchaseDays: 365,
  referrals: 1000,
  points: 1_000_000_000,
}
const CODE = /^[a-z][a-z0-9_]{0,29}$/

/** What must be mended before a table can be linted, tried or saved: bot/rules/tier-schema.ts in people's words. */
export function draftProblems(tiers: readonly DraftRow[], words: TiersWords): DraftProblem[] {
  return tiers.flatMap((row, at) => {
    const found: DraftProblem[] = []
    const ask = (isRight: boolean, place: string, message: string) => {
      if (!isRight) found.push({ path: `tiers[${at}].${place}`, message })
    }
    ask(row.name['zh-CN'].trim() !== '', 'name.zh-CN', words.needName)
    ask(row.name.en.trim() !== '', 'name.en', words.needName)
    ask(CODE.test(row.code), 'code', words.badCode)
    ask(isColour(row.colour), 'colour', words.badColour)
    for (const figure of TIER_FIGURES) {
      const most = MOST[figure]
      ask(
        isWhole(row.asks[figure], 0, most),
        `asks.${figure}`,
        words.badCount(0, shown(figure, most)),
      )
    }
    ask(isWhole(row.keepMonths, 0, 60), 'keepMonths', words.badCount(0, 60))
    if (row.ends) ask(isWhole(row.ends.afterDays, 1, 3650), 'ends', words.badCount(1, 3650))
    const { discount, texts } = row.benefits
    ask(
      discount === null || (discount >= 0.1 && discount <= 1),
      'benefits.discount',
      words.badDiscount,
    )
    const isSaid = texts.every((text) => text['zh-CN'].trim() !== '' && text.en.trim() !== '')
    ask(isSaid, 'benefits.texts', words.emptyBenefit)
    return found
  })
}

function isWhole(n: number | null, min: number, max: number): n is number {
  return n !== null && Number.isInteger(n) && n >= min && n <= max
}

function shown(figure: keyof TierBounds, n: number): number {
  return figure === 'spendFen' ? n / 100 : n
}

/** The lines as the API takes them; null while draftProblems() finds any. */
export function rowsOf(tiers: readonly DraftRow[], words: TiersWords): TierRow[] | null {
  // no number is missing where there is no problem
  return draftProblems(tiers, words).length === 0 ? (tiers as TierRow[]) : null
}

/** A new line above the highest, with a code and a name of its own, that asks for a little more than any below it. */
export function newRow(tiers: readonly DraftRow[], words: TiersWords): DraftRow {
  let n = tiers.length + 1
  while (tiers.some(({ code }) => code === `tier_${n}`)) n += 1
  const ladder = tiers.filter(({ kind }) => kind === 'ladder')
  const most = (figure: keyof TierBounds) => ladder.at(-1)?.asks[figure] ?? 0
  return {
    code: `tier_${n}`,
    name: { 'zh-CN': words.newName.zh(n), en: words.newName.en(n) },
    colour: '#3d5a80',
    kind: 'ladder',
    asks: {
      spendFen: most('spendFen') + 100_000,
      orders: most('orders') + 10,
      purchaseDays: most('purchaseDays'),
      referrals: most('referrals'),
      points: most('points'),
    },
    requires: null,
    benefits: { discount: null, texts: [] },
    keepMonths: 0,
    ends: null,
  }
}

/** Whether a finding's place is the field, or in it. @example isAt('tiers[1].asks.orders', 'tiers[1].asks') // true */
export function isAt(place: string | null, field: string): boolean {
  return place === field || (place?.startsWith(`${field}.`) ?? false)
}

/** How a chip's colour stands out on the page, to one decimal; null for what is no colour. */
export function contrastOnPage(colour: string): number | null {
  return isColour(colour) ? Number(contrast(colour, '#ffffff').toFixed(1)) : null
}
