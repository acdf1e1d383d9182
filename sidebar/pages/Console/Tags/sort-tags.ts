import type { ManagedTag } from '../../../../server/api/tags/schema.ts'
import { TAG_DIMENSIONS, type TagDimension } from '../../../words.ts'

export const TAG_FILTERS = ['all', 'unused', 'automatic', 'manual'] as const
export type TagFilter = (typeof TAG_FILTERS)[number]

/** The tags that fit a search and a filter, by dimension in its order, most customers first. */
export function sortTags(
  tags: readonly ManagedTag[],
  search: string,
  filter: TagFilter,
): { dimension: TagDimension; tags: ManagedTag[] }[] {
  const wanted = search.trim().toLowerCase()
  const fits = tags.filter(
    (tag) => `${tag.name} ${tag.groupName}`.toLowerCase().includes(wanted) && passes(tag, filter),
  )
  return TAG_DIMENSIONS.map((dimension) => ({
    dimension,
    tags: fits
      .filter((tag) => tag.dimension === dimension)
      .toSorted((a, b) => b.customers - a.customers || a.name.localeCompare(b.name, 'zh-CN')),
  })).filter((group) => group.tags.length > 0)
}

function passes(
  { unusedSince, rule, customers, automatic }: ManagedTag,
  filter: TagFilter,
): boolean {
  if (filter === 'unused') return unusedSince !== null
  if (filter === 'automatic') return rule !== null || automatic > 0
  return filter === 'all' || (customers > 0 && automatic === 0)
}
