import { cutLength } from './cut-text.ts'
import { isVariable, PLAIN_VARIABLES, variableOf, type WordsValues } from './words-variables.ts'

/** `{称呼}`, or with what stands there where nothing is known: `{称呼|您好}` */
const BRACES = /\{([^{}|]*)(?:\|([^{}]*))?\}/g

/** One pair of braces in words. */
export interface Placeholder {
  name: string
  /** what its writer wants where nothing is known; empty: nothing; null: not said */
  fallback: string | null
}

/** The pairs of braces in words, in the order they stand in. */
export function placeholdersOf(text: string): Placeholder[] {
  return [...text.matchAll(BRACES)].map(([, name = '', fallback]) => ({
    name,
    fallback: fallback ?? null,
  }))
}

/** What stands outside of braces. */
export function plainTextOf(text: string): string {
  return text.replace(BRACES, '')
}

/**
 * Names between braces that an assignment's own words don't know, each once, in the order they stand in.
 * @example unknownVariables('{称呼}，{生日}快乐') // ['生日']
 */
export function unknownVariables(text: string): string[] {
  const named = placeholdersOf(text).map(({ name }) => name)
  return [...new Set(named)].filter((name) => !PLAIN_VARIABLES.some((known) => known === name))
}

/**
 * The words with every variable filled in, in one pass: a value that looks like a variable stays as it is. Where nothing
 * is known stands what the words say, else what always fits; a long value is cut.
 *
 * @returns null where a variable has neither, so that no message goes out with braces or a gap
 * @example fillWords('{称呼|您好}，我是{门店}的{导购}', { 导购: '小王' }) // '您好，我是店里的小王'
 */
export function fillWords(text: string, values: WordsValues): string | null {
  let isWhole = true
  const filled = text.replace(BRACES, (whole, name: string, fallback: string | undefined) => {
    if (!isVariable(name)) return whole
    const { longest, fallback: always } = variableOf(name)
    const value = values[name]?.trim()
    if (value) return cutLength(value, longest)
    const instead = fallback ?? always
    if (instead === null) isWhole = false
    return instead ?? ''
  })
  return isWhole ? filled : null
}
