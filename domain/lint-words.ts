import type { Variant } from './choose-variant.ts'
import { lintText } from './lint-words-text.ts'
import { wordsError, type WordsFinding } from './words-finding.ts'
import { situationOf, type WordsKind } from './words-situations.ts'
import { fillWords } from './words-template.ts'
import { VARIABLES } from './words-variables.ts'

/** at most five ways of saying the same: with more, none is sent often enough to tell them apart */
export const MOST_VARIANTS = 5
/**
 * What is wrong or odd about the variants of a situation's words: unknown variables and those of other situations, braces
 * that don't close, variables without anything to stand for them, too long, empty, the same twice, nobody to see them.
 * Errors first.
 *
 * @example lintWords('birthday', 'day', [{ code: 'A', text: '{称乎}好', weight: 1 }])[0]?.code // 'unknown_variable'
 */
export function lintWords(
  kind: WordsKind,
  situation: string,
  variants: readonly Variant[],
): WordsFinding[] {
  const fits = situationOf(kind, situation)?.variables ?? []
  const found = [
    ...variants.flatMap(({ text }, at) => lintText(text, `variants[${at}].text`, kind, fits)),
    ...lintTogether(variants),
  ]
  const rank = { error: 0, warning: 1 }
  return found.toSorted((a, b) => rank[a.severity] - rank[b.severity])
}

function lintTogether(variants: readonly Variant[]): WordsFinding[] {
  const found: WordsFinding[] = []
  if (variants.length === 0 || variants.length > MOST_VARIANTS) {
    found.push(
      wordsError(
        'variants',
        'variants',
        `写 1 到 ${MOST_VARIANTS} 个版本。`,
        `Write 1 to ${MOST_VARIANTS} variants.`,
      ),
    )
  }
  if (variants.length > 0 && variants.every(({ weight }) => weight <= 0)) {
    found.push(
      wordsError(
        'no_weight',
        'variants[0].weight',
        '每个版本的占比都是 0，谁也看不到：至少给一个版本占比。',
        'All weights are 0, nobody would see any: give one a weight.',
      ),
    )
  }
  const earlier = (at: number, same: (a: Variant, b: Variant) => boolean) =>
    variants.slice(0, at).find((one) => same(one, variants[at] ?? one))
  for (const [at, { code }] of variants.entries()) {
    if (earlier(at, (a, b) => a.code === b.code)) {
      found.push(
        wordsError(
          'same_code',
          `variants[${at}].code`,
          `已经有版本 ${code}：换一个字母。`,
          `There is a variant ${code} already: take another letter.`,
        ),
      )
    }
    const twin = earlier(at, (a, b) => a.text.trim() !== '' && a.text.trim() === b.text.trim())
    if (twin) {
      found.push(
        wordsError(
          'same_text',
          `variants[${at}].text`,
          `和版本 ${twin.code} 一模一样，比不出高低：改一改，或删掉一个。`,
          `The same as variant ${twin.code}: change it, or take one away.`,
        ),
      )
    }
  }
  return found
}

/**
 * How words read with each variable's example.
 * @example exampleWords('{称呼}，您好') // '张女士，您好'
 */
export function exampleWords(text: string): string {
  const values = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, { example }]) => [name, example]),
  )
  return fillWords(text, values) ?? text
}
