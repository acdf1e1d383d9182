import fp from 'fastify-plugin'
import { badField } from '../bad-field.ts'

/**
 * Refuses text that no database column can hold, wherever a request carries it: NUL characters and half surrogate
 * pairs. Rows of an import are left to it: a bad row there is named and the others are kept.
 */
export const plainText = fp(
  (app, _options, done) => {
    app.addHook('preValidation', (request, _reply, next) => {
      const field =
        firstUnstorable(request.params, 'path') ??
        firstUnstorable(request.query, 'query') ??
        (isImport(request.body) ? undefined : firstUnstorable(request.body, 'body'))
      if (field === undefined) next()
      else next(badField(field, 'must be text without NUL characters and half surrogates.'))
    })
    done()
  },
  { name: 'plain-text' },
)

/** Name of the first field whose text can't be stored. */
function firstUnstorable(value: unknown, name: string): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : name
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return name
    const found = firstUnstorable(inner, key)
    if (found !== undefined) return found
  }
  return undefined
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function isImport(body: unknown): boolean {
  return typeof body === 'object' && body !== null && (!isPlain(body) || 'items' in body)
}

/** a stream of lines is no object of fields */
function isPlain(body: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(body)
  return prototype === Object.prototype || prototype === null
}
