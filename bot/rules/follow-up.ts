import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Rule } from './rule.ts'

/** What a task of an assignment stores: who ordered what. */
export const FollowUpFacts = Type.Object({
  assignmentId: Type.String(),
  title: Type.String(),
  instruction: Type.String(),
  /** name of who assigned it */
  by: Type.String(),
  /** with variables; null: none were given */
  words: Type.Union([Type.String(), Type.Null()]),
})

const shape = Compile(FollowUpFacts)
const label = { 'zh-CN': '派单', en: 'Assignment' } as const

/** How a manager's assignment reads (domain-rules 8, follow_up). No scan makes it: bot/assignments does. */
export const followUp: Pick<Rule, 'label' | 'reason' | 'words' | 'advice' | 'mark'> = {
  label,

  reason(facts, lang) {
    if (!shape.Check(facts)) return label[lang]
    return lang === 'en'
      ? `${facts.by} asks: ${facts.instruction}`
      : `${facts.by}安排：${facts.instruction}`
  },

  words: () => ({ situation: 'any', values: {} }),

  advice: (facts, lang) =>
    shape.Check(facts) ? facts.title : lang === 'en' ? 'As your manager asks' : '按安排联系',

  mark: () => null,
}

/** The words that the manager wrote for an assignment; null: none, or the facts are of another kind. */
export function assignedWords(facts: unknown): string | null {
  return shape.Check(facts) ? facts.words : null
}
