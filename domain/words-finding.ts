import type { Lang } from './words.ts'

/** What is wrong or odd about words. An error can't be saved, a warning may be meant. */
export interface WordsFinding {
  severity: 'error' | 'warning'
  /** names the kind of finding, for programs */
  code: string
  /** where: variants[1].text */
  path: string
  /** what is the matter and what to do */
  message: Record<Lang, string>
}

/** A finding that can't be saved. */
export function wordsError(code: string, path: string, zh: string, en: string): WordsFinding {
  return { severity: 'error', code, path, message: { 'zh-CN': zh, en } }
}

/** A finding that may be meant. */
export function wordsWarning(code: string, path: string, zh: string, en: string): WordsFinding {
  return { ...wordsError(code, path, zh, en), severity: 'warning' }
}
