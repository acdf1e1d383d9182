import { usePageWords } from '../page-words.ts'

/** What every editor of something versioned says, in both languages. */
const zhCN = {
  version: (n: number) => `第 ${n} 版`,
  checking: '正在核对…',
  dryRun: '试算',
  dryRunning: '正在试算…',
  tryFirst: '保存前先试算一次',
  save: '保存',
  saving: '正在保存…',
  reset: '放弃修改',
  history: '历次修改',
  inForce: '正在用',
  useThis: '用这一版',
  who: (who: string, when: string) => `${who} · ${when}`,
  somebody: '别人',
  conflict: (who: string, version: number) => `你改的时候，${who}保存了第 ${version} 版`,
  conflictText: '你的修改还在。从对方的到你的，差在这些地方：',
  keepMine: '用我的保存',
  takeTheirs: '用对方的',
  same: '两边一样',
}

type EditorWords = typeof zhCN

const en: EditorWords = {
  version: (n) => `Version ${n}`,
  checking: 'Checking…',
  dryRun: 'Try it',
  dryRunning: 'Trying…',
  tryFirst: 'Try it once before saving',
  save: 'Save',
  saving: 'Saving…',
  reset: 'Discard changes',
  history: 'History',
  inForce: 'In force',
  useThis: 'Use this one',
  who: (who, when) => `${who} · ${when}`,
  somebody: 'somebody',
  conflict: (who, version) => `While you were editing, ${who} saved version ${version}`,
  conflictText: 'Your changes are kept. From theirs to yours:',
  keepMine: 'Save mine',
  takeTheirs: 'Take theirs',
  same: 'Both are the same',
}

export const EDITOR_WORDS = { 'zh-CN': zhCN, en }

/** Those words in the language the page is shown in. */
export function useEditorWords(): EditorWords {
  return usePageWords(EDITOR_WORDS)
}
