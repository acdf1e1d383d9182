import type { Variant } from '../../../../domain/choose-variant.ts'
import type { TemplateView } from '../../../../server/api/templates/schema.ts'
import { isSame } from '../Editor/is-same.ts'
import type { WordsWords } from './words-words.ts'

/** Words as somebody is editing them, and the version that they began with. */
export interface WordsDraft {
  version: number
  name: string
  enabled: boolean
  variants: Variant[]
}

const CODES = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')

/** The words as saved, as a draft without changes. */
export function draftOf({ version, name, enabled, variants }: TemplateView): WordsDraft {
  return { version, name, enabled, variants }
}

/** The draft after an edit; null where it says what is saved. */
export function draftAfter(
  view: TemplateView,
  draft: WordsDraft | null,
  change: Partial<Omit<WordsDraft, 'version'>>,
): WordsDraft | null {
  const next = { ...(draft ?? draftOf(view)), ...change }
  return isSame(next, draftOf(view)) ? null : next
}

/** With one variant more, of the first letter that no other has: its text is to be written. */
export function withVariant(variants: readonly Variant[]): Variant[] {
  const code = CODES.find((one) => variants.every((variant) => variant.code !== one)) ?? 'Z'
  return [...variants, { code, text: '', weight: 1 }]
}

/**
 * Percent of customers who see each variant, rounded.
 * @example sharesOf([{ weight: 1 }, { weight: 2 }]) // [33, 67]
 */
export function sharesOf(variants: readonly Pick<Variant, 'weight'>[]): number[] {
  const sum = variants.reduce((total, { weight }) => total + weight, 0)
  return variants.map(({ weight }) => (sum === 0 ? 0 : Math.round((weight / sum) * 100)))
}

/** What differs between two versions, line by line. */
export function changedLines(
  before: Omit<WordsDraft, 'version'>,
  after: Omit<WordsDraft, 'version'>,
  words: WordsWords,
): { label: string; from: string; to: string }[] {
  const lines = [
    { label: words.name, from: before.name, to: after.name },
    { label: words.status, from: onOff(before, words), to: onOff(after, words) },
  ]
  const codes = new Set([...before.variants, ...after.variants].map(({ code }) => code))
  for (const code of [...codes].toSorted()) {
    const was = before.variants.find((one) => one.code === code)
    const is = after.variants.find((one) => one.code === code)
    lines.push(
      { label: words.variant(code), from: was?.text ?? words.none, to: is?.text ?? words.none },
      {
        label: `${words.variant(code)} · ${words.weight}`,
        from: String(was?.weight ?? 0),
        to: String(is?.weight ?? 0),
      },
    )
  }
  return lines.filter(({ from, to }) => from !== to)
}

function onOff({ enabled }: { enabled: boolean }, words: WordsWords): string {
  return enabled ? words.enable : words.off
}
