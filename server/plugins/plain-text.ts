import fp from 'fastify-plugin'
import { findUnstorable } from '../../bot/members/import/find-unstorable.ts'
import { badField } from '../bad-field.ts'

/**
 * Refuses text that no database column can hold, wherever a request carries it: NUL characters and half surrogate
 * pairs. Rows of an import are left to it: a bad row there is named and the others are kept.
 */
export const plainText = fp(
  (app, _options, done) => {
    app.addHook('preValidation', (request, _reply, next) => {
      const field =
        findUnstorable(request.params, '') ??
        findUnstorable(request.query, '') ??
        (isImport(request.body) ? undefined : findUnstorable(request.body, ''))
      if (field === undefined) next()
      else
        next(
          badField(field || 'a name', 'must be text without NUL characters and half surrogates.'),
        )
    })
    done()
  },
  { name: 'plain-text' },
)

function isImport(body: unknown): boolean {
  return typeof body === 'object' && body !== null && (!isPlain(body) || 'items' in body)
}

/** a stream of lines is no object of fields */
function isPlain(body: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(body)
  return prototype === Object.prototype || prototype === null
}
