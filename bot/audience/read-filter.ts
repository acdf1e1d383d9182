import { Value } from 'typebox/value'
import type { CustomerFilter, LeafName, Range } from '../../domain/customer-filter.ts'
import { LEAVES } from './filter-schema.ts'

/** and, or, not inside each other, at most */
const DEEPEST = 6
const MOST_CONDITIONS = 50

/** What is wrong with a filter, in the validator's terms. */
export interface FilterViolation {
  keyword: string
  /** where in what was sent: /filter/and/1/tier */
  instancePath: string
  schemaPath: string
  params: Record<string, unknown>
  message: string
}

/** A filter that can't be used. The message names the place and the remedy; `violations` are the same for the API. */
export class BadFilter extends Error {
  override name = 'BadFilter'
  readonly violations: FilterViolation[]

  constructor(violations: FilterViolation[]) {
    const [first] = violations
    super(`${dotted(first?.instancePath ?? '')} ${first?.message ?? 'can’t be used'}`)
    this.violations = violations
  }
}

/**
 * Reads a filter from what somebody sent or stored: each object has exactly one field, conditions have values within
 * bounds, at most 50 of them and 6 levels.
 *
 * @param at the field it came in
 * @throws BadFilter naming the place, such as filter.and[1].tier
 */
export function readFilter(value: unknown, at = 'filter'): CustomerFilter {
  let conditions = 0

  function read(part: unknown, path: string, depth: number): void {
    const fields =
      typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.entries(part) : []
    const [field] = fields
    if (fields.length !== 1 || !field) {
      refuse(path, `must be an object with exactly one field: a condition, “and”, “or” or “not”`)
    }
    const [name, inner] = field
    const here = `${path}/${name}`
    if (name === 'not') return read(deeper(inner, here, depth), here, depth + 1)
    if (name === 'and' || name === 'or') {
      if (!Array.isArray(inner) || inner.length === 0)
        refuse(here, 'must be a list of at least one filter')
      deeper(inner, here, depth)
      return inner.forEach((one, i) => read(one, `${here}/${i}`, depth + 1))
    }
    if (!isLeaf(name))
      refuse(here, `is no condition: use one of and, or, not, ${Object.keys(LEAVES).join(', ')}`)
    conditions += 1
    if (conditions > MOST_CONDITIONS)
      refuse(here, `is one too many: a filter has at most ${MOST_CONDITIONS} conditions`)
    checkLeaf(name, inner, here)
  }

  read(value, `/${at}`, 1)
  // every level was looked at above
  return value as CustomerFilter
}

function deeper(value: unknown, path: string, depth: number): unknown {
  if (depth >= DEEPEST) refuse(path, `is nested too deep: at most ${DEEPEST} levels`)
  return value
}

function isLeaf(name: string): name is LeafName {
  return Object.hasOwn(LEAVES, name)
}

function checkLeaf(name: LeafName, value: unknown, path: string): void {
  const schema = LEAVES[name]
  if (!Value.Check(schema, value)) {
    throw new BadFilter(
      [...Value.Errors(schema, value)].map((error) => ({
        keyword: error.keyword,
        instancePath: `${path}${error.instancePath}`,
        schemaPath: error.schemaPath,
        params: { ...error.params },
        message: error.message,
      })),
    )
  }
  const { min, max } = value as Range
  if (min !== undefined && max !== undefined && min > max)
    refuse(`${path}/min`, 'is more than “max”: nobody fits')
}

function refuse(instancePath: string, message: string): never {
  throw new BadFilter([{ keyword: 'filter', instancePath, schemaPath: '', params: {}, message }])
}

/** `/filter/and/1/tier` as `filter.and[1].tier` */
export function dotted(instancePath: string): string {
  return instancePath
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}
