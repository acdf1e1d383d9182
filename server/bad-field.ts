import { BadInput } from './errors.ts'

/**
 * BAD_INPUT about one field, for what a schema can't say.
 *
 * @param complaint what is wrong with it and what to send, after the field's name
 * @example throw badField('to', 'must be a path of ours, such as /desk.')
 */
export function badField(field: string, complaint: string): Error {
  return Object.assign(new BadInput(`“${field}” ${complaint}`), { field })
}
