import { inject, type InjectionKey } from 'vue'
import { zhCNDesk, type DeskMessages } from '../../i18n/desk/zh-CN.ts'

export const deskWordsKey: InjectionKey<DeskMessages> = Symbol('desk words')

/** The words of 我的任务 in the page's language; Chinese where nothing is provided. */
export function useDeskWords(): DeskMessages {
  return inject(deskWordsKey, zhCNDesk)
}

/** The desk's catalogue; English is fetched only where it is spoken. */
export async function loadDeskWords(language: string): Promise<DeskMessages> {
  return language === 'en' ? (await import('../../i18n/desk/en.ts')).enDesk : zhCNDesk
}
