import { inject, type InjectionKey } from 'vue'
import { zhCN, type Messages } from './zh-CN.ts'

export type { Messages } from './zh-CN.ts'

export const messagesKey: InjectionKey<Messages> = Symbol('messages')

/**
 * Which catalogue a page speaks: `?lang=` first, then the browser's language. Chinese unless English is asked for.
 * @example chooseLanguage('?lang=en', 'zh-CN') // 'en'
 */
export function chooseLanguage(search: string, browser: string): 'zh-CN' | 'en' {
  const asked = new URLSearchParams(search).get('lang') ?? browser
  return asked.toLowerCase().startsWith('en') ? 'en' : 'zh-CN'
}

/** The catalogue; English is fetched only where it is spoken. */
export async function loadMessages(language: 'zh-CN' | 'en'): Promise<Messages> {
  return language === 'en' ? (await import('./en.ts')).en : zhCN
}

/** The page's words; provided once in createPage. Chinese where nothing is provided. */
export function useMessages(): Messages {
  return inject(messagesKey, zhCN)
}
