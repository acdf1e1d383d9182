import type { DraftRow } from './tier-draft.ts'
import { TIER_FIGURES } from '../../../../domain/tier-table.ts'
import type { Lang } from '../../../../domain/words.ts'
import { yuan } from '../../../format/money.ts'
import { isSame } from '../Editor/is-same.ts'
import type { TiersWords } from './tiers-words.ts'

/** What differs between two tables, line by line, for people; none where they are the same. */
export function tierChanges(
  before: readonly DraftRow[],
  after: readonly DraftRow[],
  words: TiersWords,
  lang: Lang,
): string[] {
  const in_ = (rows: readonly DraftRow[], code: string) => rows.find((row) => row.code === code)
  const gone = before.filter(({ code }) => !in_(after, code))
  const changes = after.flatMap((row): string[] => {
    const old = in_(before, row.code)
    if (!old) return [words.added(row.name[lang])]
    const parts = changedParts(old, row, words)
    return parts.length === 0 ? [] : [`${row.name[lang]} · ${parts.join('；')}`]
  })
  const codes = (rows: readonly DraftRow[]) =>
    rows.map(({ code }) => code).filter((code) => in_(before, code) && in_(after, code))
  const moved = codes(before).join() !== codes(after).join()
  return [
    ...gone.map(({ name }) => words.removed(name[lang])),
    ...changes,
    ...(moved ? [words.order] : []),
  ]
}

function changedParts(old: DraftRow, row: DraftRow, words: TiersWords): string[] {
  const asks = TIER_FIGURES.filter((figure) => old.asks[figure] !== row.asks[figure]).map(
    (figure) =>
      `${words.figures[figure]} ${amount(figure, old.asks[figure])} → ${amount(figure, row.asks[figure])}`,
  )
  const others = (
    ['name', 'colour', 'kind', 'requires', 'benefits', 'keepMonths', 'ends'] as const
  ).filter((part) => !isSame(old[part], row[part]))
  return [...asks, ...others.map((part) => words.changed(words.parts[part]))]
}

function amount(figure: (typeof TIER_FIGURES)[number], n: number | null): string {
  if (n === null) return '–'
  return figure === 'spendFen' ? yuan(n) : String(n)
}
