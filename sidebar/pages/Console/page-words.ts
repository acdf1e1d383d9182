import { useMessages } from '../../i18n/index.ts'

/** A page's own words, in both languages. */
export interface PageWords<Words> {
  'zh-CN': Words
  en: Words
}

/** Those of the language that the page is shown in. */
export function usePageWords<Words>(words: PageWords<Words>): Words {
  return useMessages().lang === 'en' ? words.en : words['zh-CN']
}
