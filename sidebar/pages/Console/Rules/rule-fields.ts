import { festivalName } from '../../../../domain/festival-list.ts'
import type { Lang } from '../../../../domain/words.ts'
import type { RuleKind } from '../../../words.ts'
import type { RulesWords } from './rules-words.ts'

/** A number of a rule as its JSON schema describes it. */
export type RuleField =
  | { type: 'number'; min?: number; max?: number; whole: boolean; times: number }
  | { type: 'numbers'; min?: number; max?: number; most: number }
  | { type: 'choices'; options: string[]; least: number }

/** shares of 1, which people read in percent */
const PERCENT = ['unlikelyBelow']

/** How a number of a rule is edited; null for a shape that this page does not know. */
export function fieldOf(schema: Record<string, unknown>, name: string): RuleField | null {
  const field = part(part(schema, 'properties'), name)
  if (field['type'] === 'integer' || field['type'] === 'number') {
    return {
      type: 'number',
      ...bounds(field),
      whole: field['type'] === 'integer',
      times: PERCENT.includes(name) ? 100 : 1,
    }
  }
  if (field['type'] !== 'array') return null
  const items = part(field, 'items')
  const options = items['enum']
  if (Array.isArray(options)) {
    return { type: 'choices', options: options.map(String), least: Number(field['minItems'] ?? 0) }
  }
  return { type: 'numbers', ...bounds(items), most: Number(field['maxItems'] ?? 10) }
}

/** What keeps a value from being used at all, in words; null where nothing does. */
export function fieldProblem(field: RuleField, value: unknown, words: RulesWords): string | null {
  if (field.type === 'choices') {
    return Array.isArray(value) && value.length >= field.least ? null : words.chooseOne
  }
  if (field.type === 'numbers') {
    if (!Array.isArray(value) || value.length === 0) return words.needOne
    const bad = value.some((one) => !isNumberIn(one, { ...field, whole: true }))
    return bad ? words.outOfBounds(field.min ?? null, field.max ?? null, true, '') : null
  }
  if (isNumberIn(value, field)) return null
  const { min, max, whole, times } = field
  return words.outOfBounds(
    min === undefined ? null : min * times,
    max === undefined ? null : max * times,
    whole,
    times === 100 ? '%' : '',
  )
}

function isNumberIn(
  value: unknown,
  { min, max, whole }: { min?: number; max?: number; whole: boolean },
): boolean {
  return (
    typeof value === 'number' &&
    (!whole || Number.isInteger(value)) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max)
  )
}

/** What a number of a rule is called. */
export function labelOf(words: RulesWords, kind: RuleKind, name: string): string {
  return words.labels[`${kind}.${name}`] ?? words.labels[name] ?? name
}

/** A value as a line of the history tells it. @example valueText([7, 3, 1], 'stepDays', 'zh-CN') // '7、3、1' */
export function valueText(value: unknown, name: string, lang: Lang): string {
  if (Array.isArray(value)) {
    const texts = value.map((one) => festivalName(String(one), lang))
    return texts.join(lang === 'en' ? ', ' : '、') || '–'
  }
  if (typeof value !== 'number') return '–'
  return PERCENT.includes(name) ? `${Number((value * 100).toFixed(4))}%` : String(value)
}

/** The names of numbers that differ between two versions. */
export function changedNames(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
}

function bounds(field: Record<string, unknown>): { min?: number; max?: number } {
  const { minimum, maximum } = field
  return {
    ...(typeof minimum === 'number' && { min: minimum }),
    ...(typeof maximum === 'number' && { max: maximum }),
  }
}

function part(of: Record<string, unknown>, name: string): Record<string, unknown> {
  const found = of[name]
  // an object: JSON schema
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {}
}
