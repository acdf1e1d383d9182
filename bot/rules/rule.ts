import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import type { Birthday } from '../../domain/birthday.ts'
import { addDays, daysBetween, type BusinessDay } from '../../domain/business-day.ts'
import type { ContactLimits } from '../../domain/contact-limits.ts'
import type { RuleStores } from '../../domain/rule-stores.ts'
import type { WordsValues } from '../../domain/words-variables.ts'
import type { CycleSource, Lang, RuleKind } from '../../domain/words.ts'
import type { Prisma } from '../../prisma/db.ts'

/** What a scan looks at: `day`, and the last day before it that was scanned. A step in (since, day] is due. */
export interface ScanWindow {
  day: BusinessDay
  since: BusinessDay
  zone: string
  /** when the scan runs: what must never be late is compared with it */
  now: Date
  /** every rule that makes tasks now, also where it is not scanned: some leave customers to another one */
  inForce: ReadonlyMap<RuleKind, HoldsNow>
  /** when and how often customers may be reached */
  limits: ContactLimits
}

/** The numbers of a rule in force and the stores it holds for; null: all. */
export interface HoldsNow {
  params: object
  stores: RuleStores | null
}

/** Which words of a kind fit, and what their variables stand for. */
export interface Said {
  /** code of one of the kind's situations (domain/words-situations.ts) */
  situation: string
  values: WordsValues
}

/** What a linter says about a rule. An error can't be saved, a warning may be meant. */
export interface Finding {
  severity: 'error' | 'warning'
  /** names the kind of finding, for programs */
  code: string
  /** the number it is about, such as `stepDays.1`; null for the rule as a whole */
  field: string | null
  /** what is the matter and what to do, for people */
  message: string
}

/** What the sentence of a customer who is no candidate may tell. */
export interface KnownCustomer {
  birthday: Birthday | null
  joinedDay: BusinessDay | null
  purchaseDays: number
  lastPurchaseDay: BusinessDay | null
  /** the rhythm that holds for them, their own or a group's */
  cycle: { days: number; source: CycleSource } | null
  /** the usable coupon that ends first */
  nextCoupon: { name: string; expiresOn: BusinessDay } | null
  /** the points that end first */
  nextPoints: { points: number; expiresOn: BusinessDay } | null
}

/**
 * One rule: which customers deserve a word, why, and which word. `P` are its numbers, `F` the facts that a
 * task of it stores.
 */
export interface RuleFile<P extends TSchema, F extends TSchema> {
  kind: RuleKind
  label: Record<Lang, string>
  /** makes nothing until a version in table Rule turns it on */
  startsOff?: true
  /** kinds whose older tasks, where nobody has begun them, a new task of this one takes the place of */
  supersedes?: readonly RuleKind[]
  params: P
  /** the numbers of domain-rules, version 1; a row of table Rule with a higher version takes their place */
  defaults: Static<P>
  facts: F
  /**
   * One SELECT over all customers: customer_id bigint, occurrence text, facts jsonb, urgency float8 (0–1),
   * urgent boolean, due_at timestamptz, dies_at timestamptz.
   */
  candidates: (window: ScanWindow, params: Static<P>) => Prisma.Sql
  /** one sentence with its numbers; with `today` also how far away its days are */
  reason: (facts: Static<F>, lang: Lang, today?: BusinessDay) => string
  /** which words fit, and what only this rule knows of their variables; with `today` as of that day */
  words: (facts: Static<F>, lang: Lang, today?: BusinessDay) => Said
  /** what the guide may do, at most 30 characters */
  advice: (facts: Static<F>, lang: Lang) => string
  /** a few words that make a task stand out in a list, such as that it may be left; null: nothing */
  mark?: (facts: Static<F>, lang: Lang) => string | null
  /** why somebody is no candidate on a day, and when they may become one; one sentence with its numbers */
  notDue?: (customer: KnownCustomer, params: Static<P>, lang: Lang, day: BusinessDay) => string
  /** what is odd about numbers that each for itself may be as they are */
  lint?: (params: Static<P>, lang: Lang) => Finding[]
}

/** A rule as everything else uses it: facts and numbers come from the database and are checked here. */
export interface Rule {
  kind: RuleKind
  label: Record<Lang, string>
  startsOff: boolean
  supersedes: readonly RuleKind[]
  defaults: object
  /** @throws RangeError naming the number that can't be used */
  candidates: (window: ScanWindow, params: unknown) => Prisma.Sql
  reason: (facts: unknown, lang: Lang, today?: BusinessDay) => string
  /** null for facts of a shape that an older version stored */
  words: (facts: unknown, lang: Lang, today?: BusinessDay) => Said | null
  advice: (facts: unknown, lang: Lang) => string
  mark: (facts: unknown, lang: Lang) => string | null
  /** @throws RangeError naming the number that can't be used */
  notDue: (customer: KnownCustomer, params: unknown, lang: Lang, day: BusinessDay) => string
  /** JSON schema of its numbers, with their bounds */
  params: TSchema
  /** everything that is wrong or odd about the numbers; errors first */
  lint: (params: unknown, lang: Lang) => Finding[]
}

/** Makes a rule of its file. Facts of a shape that an older version stored give the label alone. */
export function defineRule<P extends TSchema, F extends TSchema>(file: RuleFile<P, F>): Rule {
  // compiled: a morning's messages check tens of thousands
  const shape = Compile(file.facts)
  const told = (facts: unknown, lang: Lang, tell: (facts: Static<F>) => string) =>
    shape.Check(facts) ? tell(facts) : file.label[lang]
  return {
    kind: file.kind,
    label: file.label,
    startsOff: file.startsOff ?? false,
    supersedes: file.supersedes ?? [],
    defaults: file.defaults,
    candidates: (window, params) => file.candidates(window, checkParams(file, params)),
    reason: (facts, lang, today) => told(facts, lang, (known) => file.reason(known, lang, today)),
    words: (facts, lang, today) => (shape.Check(facts) ? file.words(facts, lang, today) : null),
    advice: (facts, lang) => told(facts, lang, (known) => file.advice(known, lang)),
    mark: (facts, lang) => (shape.Check(facts) ? (file.mark?.(facts, lang) ?? null) : null),
    notDue: (customer, params, lang, day) =>
      file.notDue?.(customer, checkParams(file, params), lang, day) ?? NOT_DUE[lang],
    params: file.params,
    lint: (params, lang) =>
      Value.Check(file.params, params)
        ? (file.lint?.(params, lang) ?? [])
        : Value.Errors(file.params, params).map((error) => unusable(error, lang)),
  }
}

type SchemaError = ReturnType<typeof Value.Errors>[number]

function unusable({ instancePath, message }: SchemaError, lang: Lang): Finding {
  const field = instancePath.slice(1).replaceAll('/', '.')
  return {
    severity: 'error',
    code: 'unusable',
    field,
    message: lang === 'en' ? `“${field}” ${message}.` : `「${field}」不能用：${message}。`,
  }
}

const NOT_DUE: Record<Lang, string> = {
  'zh-CN': '现在还不符合这条提醒的条件。',
  en: 'They do not meet the conditions of this reminder now.',
}

/**
 * The days, from the scanned one on, that a step in (since, day] points to: with a step of 3 days the day
 * three days after each of them. A missed night heals, nothing older comes up.
 * @example dueDays({ day: '2026-11-22', since: '2026-11-21' }, [7, 3]) // ['2026-11-25', '2026-11-29']
 */
export function dueDays(
  { day, since }: Pick<ScanWindow, 'day' | 'since'>,
  steps: readonly number[],
): BusinessDay[] {
  const found = new Set<BusinessDay>()
  for (const step of steps) {
    for (let behind = daysBetween(since, day) - 1; behind >= 0; behind--) {
      if (step >= behind) found.add(addDays(day, step - behind))
    }
  }
  return [...found].sort()
}

function checkParams<P extends TSchema, F extends TSchema>(
  file: RuleFile<P, F>,
  params: unknown,
): Static<P> {
  if (Value.Check(file.params, params)) return params
  const [first] = Value.Errors(file.params, params)
  throw new RangeError(
    `rule ${file.kind}: ${first?.instancePath ?? ''} ${first?.message ?? "can't be used"}; correct its newest version in table rule`,
  )
}
