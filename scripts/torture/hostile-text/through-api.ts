import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Hostile } from './corpus.ts'

/** What the API answered to hostile texts. */
export interface ApiOutcome {
  asked: number
  inputs: number
  /** answers of 500 and above */
  broken: string[]
  /** milliseconds of the slowest answer */
  slowest: number
}

interface Schema {
  type?: string
  enum?: unknown[]
  pattern?: string
  format?: string
  minItems?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}
interface Parameter {
  name: string
  in: 'path' | 'query'
  required?: boolean
  schema: Schema
}
interface Operation {
  parameters?: Parameter[]
  requestBody?: { content?: Record<string, { schema?: Schema }> }
}

/**
 * Sends every text through every string that the API's own description says it takes: parts of paths, queries, fields
 * of bodies. What is not under test is filled in so that it passes.
 */
export async function throughApi(
  app: FastifyInstance,
  texts: readonly Hostile[],
  known: { headers: (path: string) => Record<string, string>; ids: Record<string, string> },
): Promise<ApiOutcome> {
  const { paths } = (await app.inject('/docs/json')).json<{
    paths: Record<string, Record<string, Operation>>
  }>()
  const outcome: ApiOutcome = { asked: 0, inputs: 0, broken: [], slowest: 0 }
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      for (const place of placesOf(operation)) {
        outcome.inputs += 1
        for (const { text } of texts) {
          const request = requestFor(path, operation, known.ids, { place, text })
          const began = performance.now()
          const answer = await app.inject({
            ...request,
            // a verb of the description
            method: method.toUpperCase() as 'GET',
            headers: { ...known.headers(path), ...request.headers },
          })
          outcome.asked += 1
          outcome.slowest = Math.max(outcome.slowest, performance.now() - began)
          if (answer.statusCode >= 500) {
            outcome.broken.push(
              `${method} ${path} ${place.in}.${place.name}: ${answer.statusCode} for ${JSON.stringify(text)}`,
            )
          }
        }
      }
    }
  }
  return outcome
}

interface Place {
  in: 'path' | 'query' | 'body'
  name: string
}

function placesOf({ parameters = [], requestBody }: Operation): Place[] {
  const body = requestBody?.content?.['application/json']?.schema
  return [
    ...parameters
      .filter(({ schema }) => schema.type === 'string' || schema.type === undefined)
      .map(({ name, in: where }): Place => ({ in: where, name })),
    ...Object.entries(body?.properties ?? {})
      .filter(([, schema]) => schema.type !== 'array' && schema.type !== 'boolean')
      .map(([name]): Place => ({ in: 'body', name })),
  ]
}

function requestFor(
  path: string,
  { parameters = [], requestBody }: Operation,
  ids: Record<string, string>,
  { place, text }: { place: Place; text: string },
): InjectOptions & { headers: Record<string, string> } {
  const valueOf = (where: Place['in'], name: string, schema: Schema): unknown =>
    place.in === where && place.name === name ? text : good(name, schema, ids)
  let address = path
  const query = new URLSearchParams()
  for (const { name, in: where, required, schema } of parameters) {
    const value = String(valueOf(where, name, schema))
    if (where === 'path')
      address = address.replace(`{${name}}`, encodeURIComponent(value.toWellFormed()))
    else if (required || (place.in === 'query' && place.name === name)) query.set(name, value)
  }
  const search = query.toString()
  const schema = requestBody?.content?.['application/json']?.schema
  if (!schema) return { url: search ? `${address}?${search}` : address, headers: {} }
  const body: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (schema.required?.includes(name) || (place.in === 'body' && place.name === name)) {
      body[name] = valueOf('body', name, field)
    }
  }
  return {
    url: search ? `${address}?${search}` : address,
    payload: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  }
}

/** A value that passes where it is not under test. */
function good(name: string, schema: Schema, ids: Record<string, string>): unknown {
  if (ids[name] !== undefined) return ids[name]
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'array') return schema.items?.enum ? [schema.items.enum[0]] : []
  if (schema.type === 'boolean') return true
  if (schema.type === 'integer' || schema.type === 'number') return 1
  if (schema.format === 'date-time') return '2026-11-23T01:00:00Z'
  if (schema.format === 'uri') return 'https://crm.example.com/hook'
  if (schema.pattern?.includes('\\d{4}-\\d{2}')) return '2026-11-22'
  if (schema.pattern?.includes('[0-9]')) return '1'
  return '好的文字'
}
