import type { CustomerFilter, Leaf, LeafName, Range } from '../../../../domain/customer-filter.ts'
import { RANGES, type RangeName } from './conditions.ts'
import type { Lists } from './audience-lists.ts'
import type { AudienceWords } from './zh-CN.ts'
import { EVERYONE } from './tree.ts'

/** What a sentence about a filter needs: the words, and the names of what it names. */
export interface Describing {
  words: AudienceWords
  lists: Lists
}

/**
 * A filter as a sentence.
 * @example describeFilter({ and: [{ tier: ['silver'] }, { lastPurchase: { min: 30 } }] }, …)
 *   // '等级：银卡，且上次购买：至少 30 天前'
 */
export function describeFilter(filter: CustomerFilter, { words, lists }: Describing): string {
  if (JSON.stringify(filter) === JSON.stringify(EVERYONE)) return words.everyone
  return describe(filter, 1)

  function describe(part: CustomerFilter, depth: number): string {
    if ('not' in part) return words.notSo(describe(part.not, depth + 1))
    if ('and' in part) return joined(part.and, words.andJoin, depth)
    if ('or' in part) return joined(part.or, words.orPartJoin, depth)
    return words.condition(words.names[nameOf(part)], describeLeaf(part))
  }

  function joined(parts: CustomerFilter[], join: string, depth: number): string {
    const text = parts.map((part) => describe(part, depth + 1)).join(join)
    return depth > 1 && parts.length > 1 ? words.inBrackets(text) : text
  }

  function describeLeaf(leaf: Leaf): string {
    const name = nameOf(leaf)
    if ('tags' in leaf) {
      const { any, all, none } = leaf.tags
      return [
        any && `${words.tagModes.any} ${named('tags', any)}`,
        all && `${words.tagModes.all} ${named('tags', all)}`,
        none && `${words.tagModes.none} ${named('tags', none)}`,
      ]
        .filter(Boolean)
        .join(words.andJoin)
    }
    if ('birthday' in leaf) {
      return 'month' in leaf.birthday
        ? words.month(leaf.birthday.month)
        : words.withinDays(leaf.birthday.withinDays)
    }
    if ('coupon' in leaf) return words.withinDays(leaf.coupon.expiresWithinDays)
    const [value] = Object.values(leaf) as [string[] | boolean | Range]
    if (typeof value === 'boolean') return value ? words.yes : words.no
    if (Array.isArray(value)) return named(name, value)
    // every condition that isn't a range was above
    return describeRange(name as RangeName, value)
  }

  function named(name: LeafName, values: readonly string[]): string {
    const labels = new Map(lists[name]?.map(({ value, label }) => [value, label]))
    const isGone = (value: string) => name === 'tags' && lists.tags && !labels.has(value)
    return values
      .map((value) => labels.get(value) ?? (isGone(value) ? words.gone(value) : value))
      .join(words.orJoin)
  }

  function describeRange(name: RangeName, { min, max }: Range): string {
    const { scale, unit } = RANGES[name]
    const shown = (value: number) =>
      Number((value / scale).toFixed(4)).toLocaleString('en-US', { maximumFractionDigits: 4 })
    const withUnit = (text: string) => `${text} ${words.units[unit]}`
    if (min === undefined) return withUnit(words.atMost(shown(max ?? 0)))
    if (max === undefined) return withUnit(words.atLeast(shown(min)))
    return withUnit(words.between(shown(min), shown(max)))
  }
}

function nameOf(leaf: Leaf): LeafName {
  const [name] = Object.keys(leaf)
  // a leaf has exactly one field, which its type names
  return name as LeafName
}
