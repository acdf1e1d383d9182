import type {
  CustomerFilter,
  FilterLeaves,
  Leaf,
  LeafName,
} from '../../../../domain/customer-filter.ts'
import { CONSENTS } from '../../../words.ts'
import { conditionOf, type Group, type Part } from './condition.ts'
import { problemOf } from './condition-problem.ts'

/** Who is meant, as the builder holds it. */
export interface Audience {
  /** whoever one may see; the conditions are kept for another try */
  everyone: boolean
  root: Group
}

/** What everybody fits: one of the consents holds of each customer. */
export const EVERYONE: CustomerFilter = { consent: [...CONSENTS] }

export function emptyGroup(join: Group['join'] = 'and'): Group {
  return { is: 'group', key: Symbol('group'), not: false, join, parts: [] }
}

export function emptyAudience(): Audience {
  return { everyone: false, root: emptyGroup() }
}

export interface Written {
  /** null while nothing is chosen, or something is missing */
  filter: CustomerFilter | null
  /** parts that say nothing yet, or something impossible */
  gaps: ReadonlySet<symbol>
  /** where each condition stands in the filter, as the API names it: `filter.and[1].tags` */
  places: ReadonlyMap<string, symbol>
}

/**
 * The filter that an audience means.
 * @example writeFilter({ everyone: false, root: { join: 'and', parts: [gold, not silver] } }).filter
 *   // { and: [{ tier: ['gold'] }, { not: { tier: ['silver'] } }] }
 */
export function writeFilter(audience: Audience): Written {
  const gaps = new Set<symbol>()
  const places = new Map<string, symbol>()

  function write(part: Part, path: string): CustomerFilter {
    return part.not ? { not: inner(part, `${path}.not`) } : inner(part, path)
  }

  function inner(part: Part, path: string): CustomerFilter {
    if (part.is === 'group') return joined(part, path)
    places.set(`${path}.${part.name}`, part.key)
    if (problemOf(part) !== null) gaps.add(part.key)
    // name and value are of one condition
    return { [part.name]: part.value } as unknown as Leaf
  }

  function joined({ key, join, parts }: Group, path: string): CustomerFilter {
    const [only] = parts
    if (only && parts.length === 1) return write(only, path)
    if (parts.length === 0) gaps.add(key)
    const written = parts.map((part, i) => write(part, `${path}.${join}[${i}]`))
    return join === 'and' ? { and: written } : { or: written }
  }

  if (audience.everyone) return { filter: EVERYONE, gaps, places }
  if (audience.root.parts.length === 0) return { filter: null, gaps, places }
  const filter = write(audience.root, 'filter')
  return { filter: gaps.size > 0 ? null : filter, gaps, places }
}

/** Which condition a refused field belongs to; null where it is none of them. */
export function conditionAt(places: Written['places'], field: string | null): symbol | null {
  if (field === null) return null
  for (const [place, key] of places) {
    if (field === place || field.startsWith(`${place}.`) || field.startsWith(`${place}[`))
      return key
  }
  return null
}

/** A stored filter as the builder shows it. What it writes again means the same customers. */
export function readTree(filter: CustomerFilter): Audience {
  if (JSON.stringify(filter) === JSON.stringify(EVERYONE)) {
    return { everyone: true, root: emptyGroup() }
  }
  const part = readPart(filter, false)
  if (part.is === 'group' && !part.not) return { everyone: false, root: part }
  return { everyone: false, root: { ...emptyGroup(), parts: [part] } }
}

function readPart(filter: CustomerFilter, not: boolean): Part {
  if ('not' in filter) return readPart(filter.not, !not)
  if ('and' in filter) return readGroup('and', filter.and, not)
  if ('or' in filter) return readGroup('or', filter.or, not)
  return readLeaf(filter, not)
}

function readGroup(join: Group['join'], filters: CustomerFilter[], not: boolean): Group {
  return { ...emptyGroup(join), not, parts: filters.map((part) => readPart(part, false)) }
}

function readLeaf(leaf: Leaf, not: boolean): Part {
  if ('tags' in leaf) return readTags(leaf.tags, not)
  // what is or isn't so is known of everybody: “not yes” is “no”
  if ('neverBought' in leaf) return conditionOf('neverBought', leaf.neverBought !== not)
  if ('member' in leaf) return conditionOf('member', leaf.member !== not)
  if ('reachable' in leaf) return conditionOf('reachable', leaf.reachable !== not)
  // a leaf has exactly one field
  const [[name, value]] = Object.entries(leaf) as [[LeafName, never]]
  return conditionOf(name, value, not)
}

/** One row for each way of comparing tags; “not any” is “none”. */
function readTags({ any, all, none }: FilterLeaves['tags'], not: boolean): Part {
  const rows = [
    any && conditionOf('tags', { any }),
    all && conditionOf('tags', { all }),
    none && conditionOf('tags', { none }),
  ].filter((row) => row !== undefined)
  const [only] = rows
  if (!only || rows.length > 1) return { ...emptyGroup(), not, parts: rows }
  if (not && any) return conditionOf('tags', { none: any })
  if (not && none) return conditionOf('tags', { any: none })
  return { ...only, not }
}
