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
  /** the template that was chosen instead */
  templateId: Type.Optional(Type.String()),
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

/** What the manager wrote for an assignment, or the template they chose; null: neither, or facts of another kind. */
export function assignedWords(facts: unknown): { words: string | null; templateId: string | null } {
  if (!shape.Check(facts)) return { words: null, templateId: null }
  return { words: facts.words, templateId: facts.templateId ?? null }
}
