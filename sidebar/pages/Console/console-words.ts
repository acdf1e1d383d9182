import { inject, type InjectionKey } from 'vue'
import { zhCNConsole, type ConsoleMessages } from '../../i18n/console/zh-CN.ts'

export const consoleWordsKey: InjectionKey<ConsoleMessages> = Symbol('console words')

/** The console's words in the page's language; Chinese where nothing is provided. */
export function useConsoleWords(): ConsoleMessages {
  return inject(consoleWordsKey, zhCNConsole)
}

/** The console's catalogue; English is fetched only where it is spoken. */
export async function loadConsoleWords(language: string): Promise<ConsoleMessages> {
  return language === 'en' ? (await import('../../i18n/console/en.ts')).enConsole : zhCNConsole
}
