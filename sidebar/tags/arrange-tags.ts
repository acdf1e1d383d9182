import type { CustomerTagView } from '../../server/api/customers/schema.ts'
import type { LibraryTag, TagLibrary } from '../../server/api/tags/schema.ts'
import { TAG_DIMENSIONS, type TagDimension } from '../words.ts'

export interface TagRow {
  dimension: TagDimension
  /** tags the customer has: by hand first, then automatic, each newest first */
  on: CustomerTagView[]
  /** tags the customer lacks, most recently used first, for one tap */
  suggested: LibraryTag[]
}

/** Four rows in the order of domain-rules 13; at most `most` suggestions in each. */
export function arrangeTags(
  tags: CustomerTagView[],
  library: LibraryTag[],
  most: number,
): TagRow[] {
  const has = new Set(tags.map((tag) => tag.id))
  const free = byRecentUse(library).filter((tag) => !has.has(tag.id))
  return TAG_DIMENSIONS.map((dimension) => ({
    dimension,
    on: tags
      .filter((tag) => tag.dimension === dimension)
      .slice()
      .sort(
        (a, b) =>
          Number(isAutomatic(a)) - Number(isAutomatic(b)) || b.addedAt.localeCompare(a.addedAt),
      ),
    suggested: free.filter((tag) => tag.dimension === dimension).slice(0, most),
  }))
}

/** Set by a rule, not by a person here or in WeCom. */
export function isAutomatic(tag: CustomerTagView): boolean {
  return tag.origin === 'rule'
}

/** Most recently used first, those never used after them in the library's order. */
export function byRecentUse(tags: LibraryTag[]): LibraryTag[] {
  return tags.slice().sort((a, b) => (b.lastUsedAt ?? '').localeCompare(a.lastUsedAt ?? ''))
}

/** Tags whose name or group contains the words typed, ignoring case and spaces around; all when nothing is typed. */
export function findTags(tags: LibraryTag[], typed: string): LibraryTag[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return tags
  return tags.filter((tag) => `${tag.name} ${tag.groupName}`.toLowerCase().includes(wanted))
}

/** Groups a new tag of this name may go into: those the user may add to and that have no such tag yet. */
export function groupsFor(name: string, library: TagLibrary): TagLibrary['groups'] {
  const wanted = name.trim()
  if (!wanted) return []
  const taken = new Set(library.tags.filter((tag) => tag.name === wanted).map((tag) => tag.groupId))
  return library.groups.filter((group) => group.mayAdd && !taken.has(group.id))
}

/** The customer's tags with one added by hand, shown until the server answers. */
export function withTag(
  tags: CustomerTagView[],
  tag: Pick<CustomerTagView, 'id' | 'name' | 'dimension' | 'groupName'>,
  addedAt: string,
): CustomerTagView[] {
  if (tags.some((other) => other.id === tag.id)) return tags
  const { id, name, dimension, groupName } = tag
  return [
    ...tags,
    { id, name, dimension, groupName, origin: 'guide', originBy: null, addedAt, why: null },
  ]
}

/** The customer's tags without one. */
export function withoutTag(tags: CustomerTagView[], id: string): CustomerTagView[] {
  return tags.filter((tag) => tag.id !== id)
}
