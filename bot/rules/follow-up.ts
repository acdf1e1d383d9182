import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { fillWords } from '../../domain/words-template.ts'
import type { Rule } from './rule.ts'
import { greeting, signature } from './sign.ts'

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

  words(facts, names, lang) {
    if (shape.Check(facts) && facts.words !== null) {
      return fillWords(facts.words, {
        称呼: names.customerName ?? '您',
        导购: names.guideName,
        门店: names.storeName ?? '店里',
        等级: names.tierName ?? '会员',
      })
    }
    return lang === 'en'
      ? `${greeting(names, lang)}how have you been? Tell me whenever you need me.${signature(names, lang)}`
      : `${greeting(names, lang)}最近都好吗？有什么需要随时找我，我替您留心着。${signature(names, lang)}`
  },

  advice: (facts, lang) =>
    shape.Check(facts) ? facts.title : lang === 'en' ? 'As your manager asks' : '按安排联系',

  mark: () => null,
}
