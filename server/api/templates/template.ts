import { kindLabel } from '../../../bot/rules/registry.ts'
import type { Variant } from '../../../domain/choose-variant.ts'
import { lintWords } from '../../../domain/lint-words.ts'
import { defaultCode, shippedVariants } from '../../../domain/words-in-force.ts'
import {
  SITUATIONS,
  situationOf,
  WORDS_KINDS,
  type Situation,
  type WordsKind,
} from '../../../domain/words-situations.ts'
import { variableOf } from '../../../domain/words-variables.ts'
import type { Lang } from '../../../domain/words.ts'
import type { Db } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import { TemplateNotFound } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { Finding } from '../rules/schema.ts'
import type { TemplateBrief, TemplateView } from './schema.ts'

/** A template as it is now, saved or as it ships. */
export type Template = Omit<TemplateBrief, 'inForce'>

/** A row of table words_template. */
interface Row {
  code: string
  kind: string
  situation: string
  storeNo: string | null
  name: string
  enabled: boolean
  version: number
  variants: unknown
}

const WELCOME = { 'zh-CN': '欢迎语', en: 'Welcome' }
const SHIPPED = { 'zh-CN': '默认话术', en: 'Default words' }

/** What a kind of words is called. */
export function wordsKindLabel(kind: WordsKind, lang: Lang): string {
  return kind === 'welcome' ? WELCOME[lang] : kindLabel(kind, lang)
}

/** A stored row as a template. */
export function templateOf({ code, variants, kind, ...row }: Row): Template {
  // only saveTemplate() writes them
  const known = kind as WordsKind
  const isDefault = code === defaultCode(known, row.situation)
  return { id: code, ...row, kind: known, isDefault, variants: variants as Variant[] }
}

/** The default of a situation as it ships: version 0. */
export function shippedTemplate(kind: WordsKind, situation: string, lang: Lang): Template {
  return {
    id: defaultCode(kind, situation),
    kind,
    situation,
    name: SHIPPED[lang],
    storeNo: null,
    isDefault: true,
    enabled: true,
    version: 0,
    variants: shippedVariants(kind, situation),
  }
}

/**
 * A template that the person may see: the chain's, and of stores their own; headquarters all.
 *
 * @throws TEMPLATE_NOT_FOUND
 */
export async function visibleTemplate(
  db: Db,
  user: SignedIn,
  id: string,
  lang: Lang,
): Promise<Template> {
  const row = await db.wordsTemplate.findUnique({ where: { code: id } })
  if (row && (row.storeNo === null || user.role === 'hq' || row.storeNo === user.storeNo)) {
    return templateOf(row)
  }
  const kind = WORDS_KINDS.find((known) => id.startsWith(`${known}.`))
  const situation = id.slice((kind?.length ?? 0) + 1)
  if (row || !kind || !situationOf(kind, situation)) throw new TemplateNotFound(id)
  return shippedTemplate(kind, situation, lang)
}

/** Whether somebody may save a template: the chain's are headquarters’, a store's its managers’ too. */
export function mayChange(user: SignedIn, { storeNo }: Pick<Template, 'storeNo'>): boolean {
  return user.role === 'hq' || (storeNo !== null && storeNo === user.storeNo)
}

/** @throws BAD_INPUT naming the situations that the kind has */
export function checkSituation(kind: WordsKind, code: string): Situation {
  const found = situationOf(kind, code)
  if (found) return found
  const known = SITUATIONS[kind].map((one) => one.code).join(', ')
  throw badField('situation', `must be one of ${known}.`)
}

/** The variables of a situation, as they are told. */
export function variablesOf({ variables }: Situation, lang: Lang): TemplateView['variables'] {
  return variables.map((name) => {
    const { about, example, sometimes } = variableOf(name)
    return { name, about: about[lang], example, needsFallback: sometimes === true }
  })
}

/** What the linter says, in one language. */
export function lintIn(
  kind: WordsKind,
  situation: string,
  variants: readonly Variant[],
  lang: Lang,
): Finding[] {
  return lintWords(kind, situation, variants).map(({ severity, code, path, message }) => ({
    severity,
    code,
    field: path,
    message: message[lang],
  }))
}
