import { usePageWords } from '../page-words.ts'
import { en } from './en.ts'
import { zhCN, type SettingsWords } from './zh-CN.ts'

export const SETTINGS_WORDS = { 'zh-CN': zhCN, en }

/** The page's words in the language it is shown in. */
export function useSettingsWords(): SettingsWords {
  return usePageWords(SETTINGS_WORDS)
}
