import type { Variant } from './choose-variant.ts'
import { situationOf, type WordsKind } from './words-situations.ts'

/** A saved template as far as it is needed to say which one holds. */
export interface SavedWords {
  code: string
  situation: string
  /** of one store; else of the chain */
  ofStore: boolean
  enabled: boolean
  variants: Variant[]
}

/** Words that hold: whose, and in which ways. */
export interface WordsInForce {
  /** what touches note as template */
  code: string
  variants: readonly Variant[]
}

/** The template that every chain has of a situation; its version 0 is what ships. @example defaultCode('birthday', 'day') // 'birthday.day' */
export function defaultCode(kind: WordsKind, situation: string): string {
  return `${kind}.${situation}`
}

/** What ships, as variants: one. */
export function shippedVariants(kind: WordsKind, situation: string): Variant[] {
  const text = situationOf(kind, situation)?.words['zh-CN'] ?? ''
  return [{ code: 'A', text, weight: 1 }]
}

/**
 * Whose words hold in a situation: those that an assignment names, else the store's that are on, else the chain's that were added and are on, else the chain's
 * own default as saved, else what ships.
 */
export function wordsInForce(
  kind: WordsKind,
  situation: string,
  saved: readonly SavedWords[],
  named: string | null = null,
): WordsInForce {
  const own = defaultCode(kind, situation)
  const rank = ({ ofStore, code }: SavedWords) => {
    if (code === named) return 0
    return ofStore ? 1 : code === own ? 3 : 2
  }
  const [first] = saved
    .filter((one) => one.situation === situation && (one.enabled || one.code === named))
    .toSorted((a, b) => rank(a) - rank(b))
  return first ?? { code: own, variants: shippedVariants(kind, situation) }
}
