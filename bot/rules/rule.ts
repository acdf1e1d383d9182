import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { addDays, daysBetween, type BusinessDay } from '../../domain/business-day.ts'
import type { Lang, RuleKind } from '../../domain/words.ts'
import type { Prisma } from '../../prisma/db.ts'

/** What a scan looks at: `day`, and the last day before it that was scanned. A step in (since, day] is due. */
export interface ScanWindow {
  day: BusinessDay
  since: BusinessDay
  zone: string
  /** when the scan runs: what must never be late is compared with it */
  now: Date
  /** every rule that makes tasks now: some leave customers to another one */
  inForce: ReadonlySet<RuleKind>
}

/** Who writes to whom. */
export interface WordsNames {
  /** how the guide addresses the customer, see addressOf; null when nothing is known */
  customerName: string | null
  guideName: string
  storeName: string | null
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
  /** ready to send, at most 80 characters */
  words: (facts: Static<F>, names: WordsNames, lang: Lang) => string
  /** what the guide may do, at most 30 characters */
  advice: (facts: Static<F>, lang: Lang) => string
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
  words: (facts: unknown, names: WordsNames, lang: Lang) => string
  advice: (facts: unknown, lang: Lang) => string
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
    words: (facts, names, lang) => told(facts, lang, (known) => file.words(known, names, lang)),
    advice: (facts, lang) => told(facts, lang, (known) => file.advice(known, lang)),
  }
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
