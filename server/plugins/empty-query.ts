import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

/**
 * `?cursor=` is no cursor: an empty value of a query counts as left out where an empty text can't be meant, by the
 * route's own schema: times, days, ids, one of some words, numbers, and texts of at least one letter. Where '' has a
 * meaning of its own (stores without a region) the schema takes any text, and it stays.
 */
export const emptyQuery = fp(
  (app, _options, done) => {
    app.addHook('preValidation', (request, _reply, next) => {
      if (isFields(request.query)) leaveOutEmpty(request.query, propertiesOf(request))
      next()
    })
    done()
  },
  { name: 'empty-query' },
)

type Fields = Record<string, unknown>

function leaveOutEmpty(query: Fields, properties: Fields): void {
  for (const [name, value] of Object.entries(query)) {
    if (value === '' && Object.hasOwn(properties, name) && !takesEmpty(properties[name])) {
      delete query[name]
    }
  }
}

/** The schemas of a route's query, by name. */
function propertiesOf(request: FastifyRequest): Fields {
  const schema = request.routeOptions.schema?.querystring
  return isFields(schema) && isFields(schema['properties']) ? schema['properties'] : {}
}

function takesEmpty(schema: unknown): boolean {
  if (!isFields(schema) || schema['type'] !== 'string') return false
  const { format, pattern, minLength } = schema
  const isBound = format !== undefined || pattern !== undefined || Array.isArray(schema['enum'])
  return !isBound && (typeof minLength !== 'number' || minLength === 0)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
