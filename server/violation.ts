import type { FastifySchemaValidationError } from 'fastify/types/schema.js'

/** A refused input in words: what is wrong with which field, and what to send instead. */
export interface Violation {
  sentence: string
  field: string | undefined
}

/**
 * Says the first thing that a schema has against an input.
 *
 * @param violations as the validator reports them
 * @param part body, querystring, params or headers
 * @example describeViolation([{ keyword: 'required', … }], 'body')
 *   // { sentence: '“until” is missing from the body: send it.', field: 'until' }
 */
export function describeViolation(
  violations: FastifySchemaValidationError[],
  part: string,
): Violation {
  // “is not a field” before “schema is false”, which is how the validator says the same thing first
  const first = violations.find((one) => one.keyword !== 'boolean') ?? violations[0]
  if (!first) return { sentence: `The ${part} can’t be used.`, field: undefined }
  const at = fieldAt(first.instancePath)
  const named = namedBy(first)
  const field = [at, named].filter((word) => word !== undefined).join('.') || undefined
  const subject = field ? `“${field}”` : `The ${part}`
  return { sentence: `${subject} ${complaint(first, part)}`, field }
}

/** `/items/3/orderNo` as `items[3].orderNo` */
function fieldAt(instancePath: string): string | undefined {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join('')
  return path === '' ? undefined : path.replace(/^\./, '')
}

/** The field that a violation of its parent names. */
function namedBy({ keyword, params }: FastifySchemaValidationError): string | undefined {
  const list =
    keyword === 'required'
      ? params['requiredProperties']
      : keyword === 'additionalProperties'
        ? params['additionalProperties']
        : undefined
  return Array.isArray(list) && typeof list[0] === 'string' ? list[0] : undefined
}

function complaint(violation: FastifySchemaValidationError, part: string): string {
  const { keyword, params } = violation
  const limit = typeof params['limit'] === 'number' ? params['limit'] : ''
  switch (keyword) {
    case 'required':
      return `is missing from the ${part}: send it.`
    case 'additionalProperties':
      return `is not a field of this ${part}: leave it out.`
    case 'type':
    case 'anyOf':
      return `has the wrong type${typeof params['type'] === 'string' ? `: send ${params['type']}` : ''}.`
    case 'enum':
      return `must be one of ${listOf(params['allowedValues'])}.`
    case 'format':
      return `must be a ${EXAMPLES[String(params['format'])] ?? String(params['format'])}.`
    case 'pattern':
      return 'has the wrong form; see /docs.'
    case 'minLength':
      return `is too short: send at least ${limit} characters.`
    case 'maxLength':
      return `is too long: send at most ${limit} characters.`
    case 'minItems':
      return `has too few entries: send at least ${limit}.`
    case 'maxItems':
      return `has too many entries: send at most ${limit}.`
    case 'uniqueItems':
      return 'names something twice: send each once.'
    case 'minProperties':
      return 'is empty: send at least one field.'
    default:
      return `${violation.message ?? 'can’t be used'}.`
  }
}

const EXAMPLES: Record<string, string> = {
  'date-time': 'time with offset, such as 2026-11-22T09:00:00+08:00',
  date: 'day, such as 2026-11-22',
  uri: 'full address, such as https://guide.example.com/sidebar',
}

function listOf(words: unknown): string {
  return Array.isArray(words) ? words.map(String).join(', ') : 'the values in /docs'
}
