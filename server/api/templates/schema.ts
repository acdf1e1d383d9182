import { Type, type Static } from 'typebox'
import { MOST_VARIANTS } from '../../../domain/lint-words.ts'
import { WORDS_KINDS } from '../../../domain/words-situations.ts'
import { Finding } from '../rules/schema.ts'
import { Day, Id, Moment, nullable, oneOf } from '../shapes.ts'

/** One way of saying the same; its share is its weight ÷ the sum of all. */
export const VariantShape = Type.Object(
  {
    code: Type.String({ pattern: '^[A-Z]$', description: 'what touches note as variant' }),
    text: Type.String({ maxLength: 4000, description: 'with variables: {称呼|您好}' }),
    weight: Type.Integer({ minimum: 0, maximum: 1000 }),
  },
  { additionalProperties: false },
)
const Variants = Type.Array(VariantShape, { maxItems: MOST_VARIANTS + 1 })

const Where = {
  kind: oneOf(WORDS_KINDS),
  /** code of one of the kind's situations */
  situation: Type.String({ maxLength: 32 }),
}

export const TemplateParams = Type.Object({
  id: Type.String({ pattern: '^[a-z_]+\\.[a-z]+$|^[0-9a-f]{12}$' }),
})

export const TemplateBrief = Type.Object({
  /** `kind.situation` of the chain's default; touches name it */
  id: Type.String(),
  ...Where,
  name: Type.String(),
  /** of this store only; null: of the chain */
  storeNo: nullable(Type.String()),
  /** the chain's default, which can't be switched off */
  isDefault: Type.Boolean(),
  enabled: Type.Boolean(),
  /** guides of the store asked for (none: of stores without words of their own) are shown these */
  inForce: Type.Boolean(),
  /** 0: what ships */
  version: Type.Integer(),
  variants: Type.Array(VariantShape),
})
export type TemplateBrief = Static<typeof TemplateBrief>

const VariableView = Type.Object({
  name: Type.String(),
  about: Type.String(),
  example: Type.String(),
  /** not known of everybody: words must say what stands there then */
  needsFallback: Type.Boolean(),
})

export const TemplateQuery = Type.Object({
  /** headquarters: also the words of this store. Managers get their own */
  store: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
})

/** Every situation with its words: one page. */
export const TemplateList = Type.Object({
  storeNo: nullable(Type.String()),
  situations: Type.Array(
    Type.Object({
      ...Where,
      kindLabel: Type.String(),
      label: Type.String(),
      variables: Type.Array(VariableView),
      /** the default first, then the chain's, then the store's */
      templates: Type.Array(TemplateBrief),
      /** for headquarters: how many stores have words of their own that are on */
      stores: Type.Integer(),
    }),
  ),
  nextCursor: nullable(Type.String()),
})
export type TemplateList = Static<typeof TemplateList>

export const TemplateView = Type.Object({
  ...TemplateBrief.properties,
  /** may the reader save it */
  mayChange: Type.Boolean(),
  variables: Type.Array(VariableView),
  findings: Type.Array(Finding),
  /** newest first, at most 50; version 0 is what ships, of the default only */
  history: Type.Array(
    Type.Object({
      version: Type.Integer(),
      name: Type.String(),
      enabled: Type.Boolean(),
      variants: Type.Array(VariantShape),
      /** userid, and who that is; null: the product's own */
      by: nullable(Type.String()),
      byName: nullable(Type.String()),
      at: nullable(Moment),
    }),
  ),
})
export type TemplateView = Static<typeof TemplateView>

const Written = {
  name: Type.String({ minLength: 1, maxLength: 40 }),
  enabled: Type.Boolean(),
  variants: Variants,
}

export const NewTemplate = Type.Object(
  {
    ...Where,
    /** headquarters: for this store only. Managers write for their own */
    storeNo: Type.Optional(Type.String({ maxLength: 64 })),
    ...Written,
  },
  { additionalProperties: false },
)
export type NewTemplate = Static<typeof NewTemplate>

export const TemplateChange = Type.Object(
  {
    /** the version that was edited: where another one was saved meanwhile, this one is refused */
    version: Type.Integer({ minimum: 0 }),
    ...Written,
  },
  { additionalProperties: false },
)
export type TemplateChange = Static<typeof TemplateChange>

export const WordsQuestion = Type.Object(
  { ...Where, variants: Variants },
  { additionalProperties: false },
)
export type WordsQuestion = Static<typeof WordsQuestion>
export const WordsLinted = Type.Object({ findings: Type.Array(Finding) })

export const PreviewQuestion = Type.Object(
  {
    ...WordsQuestion.properties,
    /** somebody of the reader's customers */
    customerId: Type.Optional(Id),
  },
  { additionalProperties: false },
)
export type PreviewQuestion = Static<typeof PreviewQuestion>

const Preview = Type.Object({
  customerId: Id,
  name: Type.String(),
  guide: nullable(Type.String()),
  /** an open task of theirs gave the values, else examples stand for what only a task knows */
  from: oneOf(['task', 'example']),
  /** null: a variable has nothing to stand for it */
  texts: Type.Array(Type.Object({ code: Type.String(), text: nullable(Type.String()) })),
})
export type Preview = Static<typeof Preview>

/** How words read for real people. */
export const PreviewAnswer = Type.Object({
  customer: nullable(Preview),
  /** of open tasks in this situation, newest first, at most three */
  samples: Type.Array(Preview),
  /** with examples for every variable */
  example: Type.Array(Type.Object({ code: Type.String(), text: Type.String() })),
})
export type PreviewAnswer = Static<typeof PreviewAnswer>

const Count = Type.Integer({ minimum: 0 })

/** What came of a template's variants since their texts last changed. */
export const TemplateResults = Type.Object({
  period: Type.Object({ from: Day, to: Day }),
  variants: Type.Array(
    Type.Object({
      code: Type.String(),
      /** messages sent, and to how many customers */
      sent: Count,
      reached: Count,
      /** of them, customers of whom their guide says that they answered, will come or bought */
      answered: Count,
      /** customers whose 7 days after the first message are over: what the rate is of */
      watched: Count,
      /** of the watched, who paid an order within the 7 days */
      bought: Count,
      rate: nullable(Type.Number()),
      /** 95 % interval of the rate (Wilson) */
      low: nullable(Type.Number()),
      high: nullable(Type.Number()),
    }),
  ),
  /** clear: one is above all others beyond chance; noise: the differences may be chance; few: too little is known */
  verdict: oneOf(['clear', 'noise', 'few', 'single']),
  /** the best one, where it is clear */
  best: nullable(Type.String()),
})
export type TemplateResults = Static<typeof TemplateResults>
