import { usePageWords } from '../page-words.ts'
import { en } from './en.ts'
import { zhCN, type AudienceWords } from './zh-CN.ts'

/** The builder's words in the page's language. Both are in its chunk: it is fetched with the page that shows it. */
export function useAudienceWords(): AudienceWords {
  return usePageWords({ 'zh-CN': zhCN, en })
}
