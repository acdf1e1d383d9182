import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { BotDeps } from '../../../bot/deps.ts'
import { importItems, MOST_ITEMS } from '../../../bot/members/import/import-items.ts'
import { IMPORT_KINDS, sliceOf } from '../../../bot/members/import/kinds.ts'
import { badField } from '../../bad-field.ts'
import { mayTakeLong } from '../../slow-clients.ts'
import { BadInput, TooLarge, TooManyItems, UnsupportedType } from '../../errors.ts'
import { receiveStream } from './receive-stream.ts'
import { ImportAnswer, ImportKindParams, StreamAnswer } from './schema.ts'

const BODY_LIMIT = 5 * 1024 * 1024
const NDJSON = 'application/x-ndjson'
const tags = ['open']
const security = [{ apiKey: [] }]

/** Rows in: up to 1000 at once as JSON, or any number as a stream. */
export const importRoutes: FastifyPluginAsyncTypebox<{ deps: BotDeps }> = async (app, { deps }) => {
  app.setErrorHandler<Error & { code?: string }>((error, request) => {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      throw new TooLarge('5 MiB, or stream rows to POST /open/v1/import/:kind')
    }
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' && request.method === 'POST') {
      throw new UnsupportedType(NDJSON)
    }
    throw error
  })

  for (const kind of IMPORT_KINDS) {
    app.put(
      `/open/v1/${kind}`,
      {
        bodyLimit: BODY_LIMIT,
        // the schema tells readers the shape; rows are checked one by one, so that good ones are kept
        validatorCompiler: () => () => true,
        schema: {
          tags,
          security,
          body: Type.Object({
            items: Type.Array(sliceOf(kind).schema, { maxItems: MOST_ITEMS }),
          }),
          response: { 200: ImportAnswer },
        },
      },
      (request) => importItems(deps, kind, readItems(request.body)),
    )
  }

  await app.register(async (stream) => {
    stream.removeAllContentTypeParsers()
    // handed on as it comes: nothing of it is held
    stream.addContentTypeParser(NDJSON, (_request, payload, done) => {
      done(null, payload)
    })
    stream.post(
      '/open/v1/import/:kind',
      {
        onRequest: (request, _reply, next) => {
          mayTakeLong(request)
          next()
        },
        schema: {
          tags,
          security,
          consumes: [NDJSON],
          params: ImportKindParams,
          response: { 200: StreamAnswer },
        },
      },
      (request) =>
        // a kind that the schema let through
        receiveStream(
          deps,
          (request.params as { kind: (typeof IMPORT_KINDS)[number] }).kind,
          `api:${request.apiKeyName}`,
          request.body,
        ),
    )
  })
}

/** The rows of a body, whatever they are. */
function readItems(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null) {
    throw new BadInput('The body is not an object: send { "items": [ … ] }.')
  }
  const [other] = Object.keys(body).filter((field) => field !== 'items')
  if (other !== undefined)
    throw badField(other.slice(0, 64), 'is not a field of the body: leave it out.')
  const items: unknown = 'items' in body ? body.items : undefined
  if (!Array.isArray(items)) throw badField('items', 'must be a list of rows.')
  if (items.length > MOST_ITEMS) throw new TooManyItems(String(MOST_ITEMS), String(items.length))
  return items
}
