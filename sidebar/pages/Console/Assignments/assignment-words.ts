import { usePageWords } from '../page-words.ts'
import { en } from './en.ts'
import { zhCN, type AssignmentWords } from './zh-CN.ts'

/** The words of assignments in the page's language. Both are in the chunk of these pages. */
export function useAssignmentWords(): AssignmentWords {
  return usePageWords({ 'zh-CN': zhCN, en })
}
