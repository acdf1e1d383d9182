import type { BusinessDay } from '../../domain/business-day.ts'
import { chooseVariant } from '../../domain/choose-variant.ts'
import { wordsInForce, type SavedWords } from '../../domain/words-in-force.ts'
import { situationOf } from '../../domain/words-situations.ts'
import { fillWords } from '../../domain/words-template.ts'
import type { WordsValues } from '../../domain/words-variables.ts'
import type { Lang, TaskKind } from '../../domain/words.ts'
import { assignedWords } from '../rules/follow-up.ts'
import { wordsOf } from '../rules/registry.ts'

/** Who writes to whom. */
export interface WordsNames {
  /** how the guide addresses the customer, see addressOf; null when nothing is known */
  customerName: string | null
  guideName: string
  storeName: string | null
  /** what the customer's tier is called */
  tierName?: string | null
  /** the category bought most often */
  mainCategory?: string | null
}

/** Words as they are shown, and what a touch notes of them. */
export interface SuggestedWords {
  text: string
  /** null: an assignment's own words */
  templateId: string | null
  variant: string | null
}

/** A task whose words are asked for. */
export interface WordsTask {
  kind: TaskKind
  facts: unknown
  customerId: string
}

/**
 * The words of a task as of a day: an assignment's own, else a variant of the template that holds, filled in. Where a
 * variable has nothing to stand for it, as in a task whose facts an older version stored, it is what ships.
 *
 * @param saved the templates of the task's kind that are on, of the chain and of the guide's store; the one that its
 *   assignment names, whatever became of it
 */
export function suggestWords(
  { kind, facts, customerId }: WordsTask,
  names: WordsNames,
  saved: readonly SavedWords[],
  today?: BusinessDay,
): SuggestedWords {
  const who = valuesOf(names)
  const ordered = kind === 'follow_up' ? assignedWords(facts) : null
  if (ordered && ordered.words !== null) {
    const text = fillWords(ordered.words, who) ?? renderWords(kind, facts, names, 'zh-CN', today)
    return { text, templateId: null, variant: null }
  }
  const said = wordsOf(kind, facts, 'zh-CN', today)
  if (said) {
    const { code, variants } = wordsInForce(kind, said.situation, saved, ordered?.templateId)
    const variant = chooseVariant(variants, code, customerId)
    const text = fillWords(variant.text, { ...who, ...said.values })
    if (text !== null) return { text, templateId: code, variant: variant.code }
  }
  const text = renderWords(kind, facts, names, 'zh-CN', today)
  return { text, templateId: null, variant: null }
}

/** The words that ship, filled in: at most 80 characters. A plain greeting where the facts can't be read. */
export function renderWords(
  kind: TaskKind,
  facts: unknown,
  names: WordsNames,
  lang: Lang = 'zh-CN',
  today?: BusinessDay,
): string {
  const who = valuesOf(names)
  const said = wordsOf(kind, facts, lang, today)
  const shipped = said && situationOf(kind, said.situation)?.words[lang]
  const text = said && shipped ? fillWords(shipped, { ...who, ...said.values }) : null
  return text ?? fillWords(situationOf('follow_up', 'any')?.words[lang] ?? '', who) ?? ''
}

/** What the variables about people stand for. */
export function valuesOf({
  customerName,
  guideName,
  storeName,
  tierName,
  mainCategory,
}: WordsNames): WordsValues {
  return {
    称呼: customerName,
    导购: guideName,
    门店: storeName,
    等级: tierName ?? null,
    常买: mainCategory ?? null,
  }
}
