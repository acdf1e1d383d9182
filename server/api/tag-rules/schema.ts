import { Type, type Static } from 'typebox'
import { Filter } from '../../../bot/audience/filter-schema.ts'
import { TAG_DIMENSIONS } from '../../../domain/words.ts'
import { Id, Moment, nullable, oneOf, page } from '../shapes.ts'

const strict = { additionalProperties: false } as const

const written = {
  name: Type.String({ minLength: 1, maxLength: 30, description: 'as people read it' }),
  tagId: Id,
  filter: Filter,
  enabled: Type.Optional(Type.Boolean({ default: true })),
  validDays: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 3650,
      description:
        'the tag comes off by itself after so many days; without it, when the filter holds no more',
    }),
  ),
}

export const NewTagRule = Type.Object(written, strict)
export type NewTagRule = Static<typeof NewTagRule>

/** The next version of a rule, in place of the one that was read. */
export const TagRuleChange = Type.Object(
  { ...written, version: Type.Integer({ minimum: 1, description: 'the version that was read' }) },
  strict,
)

export const TagRuleView = Type.Object({
  code: Type.String(),
  version: Type.Integer(),
  name: Type.String(),
  tagId: Id,
  tagName: Type.String(),
  filter: Filter,
  enabled: Type.Boolean(),
  validDays: nullable(Type.Integer()),
  /** userid */
  createdBy: nullable(Type.String()),
  createdAt: Moment,
  /** why it stands still, where it does */
  broken: nullable(Type.String()),
  /** how far this version has reached everybody; null where it was saved before versions did so at once */
  run: nullable(
    Type.Object({
      share: Type.Number({ description: 'of all customers, 0 to 1' }),
      changed: Type.Integer({ description: 'customers whose tags it changed so far' }),
      requestedAt: Moment,
      finishedAt: nullable(Moment),
    }),
  ),
})
export type TagRuleView = Static<typeof TagRuleView>

/** Who saved which version of a rule: newest first, at most 50. */
export const TagRuleHistory = Type.Object({
  items: Type.Array(
    Type.Object({
      version: Type.Integer(),
      name: Type.String(),
      tagId: Id,
      tagName: Type.String(),
      filter: Filter,
      enabled: Type.Boolean(),
      validDays: nullable(Type.Integer()),
      /** userid, and who that is */
      by: nullable(Type.String()),
      byName: nullable(Type.String()),
      at: Moment,
    }),
  ),
})
export type TagRuleHistory = Static<typeof TagRuleHistory>

export const TagRulePage = page(TagRuleView)
/** A rule that a chain may begin with; POST it with a tag to turn it on. */
export const TagRuleSuggestion = Type.Object({
  key: Type.String(),
  dimension: oneOf(TAG_DIMENSIONS),
  name: Type.String(),
  filter: Filter,
  /** whom it tags, in one sentence */
  about: Type.String(),
  /** the rule in force that asks for the same; null where there is none */
  rule: nullable(Type.String()),
})
export type TagRuleSuggestion = Static<typeof TagRuleSuggestion>
export const TagRuleSuggestions = page(TagRuleSuggestion)

export const TagRuleParams = Type.Object({ code: Type.String({ minLength: 1, maxLength: 60 }) })
