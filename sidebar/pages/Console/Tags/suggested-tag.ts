import type { TagRuleSuggestion, TagRuleView } from '../../../../server/api/tag-rules/schema.ts'
import type { TagLibrary } from '../../../../server/api/tags/schema.ts'

/** Where the tag of a suggestion comes from: one of the library, a new one in a group, or nowhere. */
export type TagSource = { tagId: string } | { groupId: string } | null

/**
 * A tag of the same name and dimension that no rule gives; else the first group of the dimension where one may be made
 * and none is called so.
 */
export function sourceOf(
  { name, dimension }: Pick<TagRuleSuggestion, 'name' | 'dimension'>,
  { tags, groups }: TagLibrary,
  rules: readonly Pick<TagRuleView, 'tagId'>[],
): TagSource {
  const named = tags.filter((tag) => tag.name === name && tag.dimension === dimension)
  const free = named.find(({ id }) => !rules.some(({ tagId }) => tagId === id))
  if (free) return { tagId: free.id }
  const group = groups.find(
    (one) =>
      one.dimension === dimension && one.mayAdd && !named.some(({ groupId }) => groupId === one.id),
  )
  return group ? { groupId: group.id } : null
}
