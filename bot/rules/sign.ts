import { cutLength } from '../../domain/cut-text.ts'
import type { Lang } from '../../domain/words.ts'
import type { WordsNames } from './rule.ts'

/** Opening and signature of a guide's words; long names are cut, so that the whole stays within 80 characters. */
export function greeting(names: WordsNames, lang: Lang): string {
  if (names.customerName === null) return lang === 'en' ? 'Hello, ' : '您好，'
  return `${cutLength(names.customerName, 12)}${lang === 'en' ? ', ' : '，'}`
}

export function signature(names: WordsNames, lang: Lang): string {
  const guide = cutLength(names.guideName, 8)
  return lang === 'en' ? ` — ${guide}` : `——${guide}`
}
