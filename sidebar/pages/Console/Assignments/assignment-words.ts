import { useMessages } from '../../../i18n/index.ts'
import { en } from './en.ts'
import { zhCN, type AssignmentWords } from './zh-CN.ts'

/** The words of assignments in the page's language. Both are in the chunk of these pages. */
export function useAssignmentWords(): AssignmentWords {
  return useMessages().lang === 'en' ? en : zhCN
}
