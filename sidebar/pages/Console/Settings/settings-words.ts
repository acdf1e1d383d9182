import { usePageWords } from '../page-words.ts'
import { en } from './en.ts'
import { zhCN } from './zh-CN.ts'

/** A word that one of the languages lacks fails the type check. */
export type SettingsWords = typeof zhCN

export const SETTINGS_WORDS = { 'zh-CN': zhCN, en }

/** The page's words in the language it is shown in. */
export function useSettingsWords(): SettingsWords {
  return usePageWords(SETTINGS_WORDS)
}
