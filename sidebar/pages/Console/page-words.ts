/** A page's own words, in both languages. */
export interface PageWords<Words> {
  'zh-CN': Words
  en: Words
}

/** Those of the language that the page was opened in (page.ts says it on the document); Chinese otherwise. */
export function wordsOf<Words>(words: PageWords<Words>): Words {
  return document.documentElement.lang === 'en' ? words.en : words['zh-CN']
}
