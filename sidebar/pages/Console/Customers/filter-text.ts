import { BEGINS } from '../Audience/conditions.ts'
import type { Filter } from './customers-api.ts'

/** longer ones don't go into an address */
const MOST_LETTERS = 4000

/** A filter as an address carries it; null where it is too long for one. */
export function writeFilterText(filter: Filter): string | null {
  const text = JSON.stringify(filter)
  return text.length > MOST_LETTERS ? null : text
}

/**
 * A filter of an address, which anybody may have written: null for what is none. What it names may be gone; the server
 * says so.
 */
export function readFilterText(text: string): Filter | null {
  try {
    const value: unknown = JSON.parse(text)
    return isFilter(value) ? value : null
  } catch {
    return null
  }
}

function isFilter(value: unknown): value is Filter {
  if (!isObject(value)) return false
  const [field, ...more] = Object.entries(value)
  if (!field || more.length > 0) return false
  const [name, inner] = field
  if (name === 'not') return isFilter(inner)
  if (name === 'and' || name === 'or')
    return Array.isArray(inner) && inner.length > 0 && inner.every(isFilter)
  const begins: Record<string, unknown> = BEGINS
  return Object.hasOwn(begins, name) && isLike(inner, name, begins[name])
}

/** Of the kind that the builder can show. */
function isLike(value: unknown, name: string, begins: unknown): boolean {
  if (typeof begins === 'boolean') return typeof value === 'boolean'
  if (Array.isArray(begins)) return isTexts(value)
  if (!isObject(value)) return false
  const entries = Object.entries(value)
  if (name === 'tags')
    return (
      entries.length > 0 &&
      entries.every(([how, ids]) => /^(any|all|none)$/.test(how) && isTexts(ids))
    )
  if (name === 'birthday') return isNumberOf(value, 'withinDays') || isNumberOf(value, 'month')
  if (name === 'coupon') return isNumberOf(value, 'expiresWithinDays')
  return entries.every(([end, number]) => /^(min|max)$/.test(end) && typeof number === 'number')
}

function isNumberOf(value: Record<string, unknown>, name: string): boolean {
  return Object.keys(value).length === 1 && typeof value[name] === 'number'
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
