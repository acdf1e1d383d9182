import type { FastifyError as OwnError } from '@fastify/error'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { BadFilter } from '../bot/audience/read-filter.ts'
import { WecomError } from '../bot/wecom/error-table.ts'
import type { ErrorAnswer } from './api/shapes.ts'
import { catalogueCodes } from './catalogue.ts'
import { isDatabaseAway, isStatementCancelled } from './database-away.ts'
import {
  BadInput,
  Internal,
  NotReady,
  TookTooLong,
  TooLarge,
  UnsupportedType,
  WecomUnavailable,
} from './errors.ts'
import { describeViolation } from './violation.ts'

/** Answers whatever was thrown as `{ code, message, requestId, field? }`, with nothing of our insides in it. */
export function answerError(
  thrown: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { error, field } = translate(thrown)
  const status = error.statusCode ?? 500
  if (status >= 500) request.log.error({ err: thrown, code: error.code }, 'request failed')
  // not the field: a field that isn't one may be called anything, also like a customer
  else request.log.info({ code: error.code }, 'request refused')
  if (status === 503) void reply.header('retry-after', '5')
  const body: ErrorAnswer = {
    code: error.code,
    message: error.message,
    requestId: request.id,
    ...(field === undefined ? {} : { field }),
  }
  return reply.code(status).type('application/json; charset=utf-8').send(body)
}

interface Translated {
  error: OwnError
  field?: string | undefined
}

/** An error of the catalogue for whatever was thrown. */
function translate(thrown: FastifyError | Error): Translated {
  if ('validation' in thrown && thrown.validation) {
    const { sentence, field } = describeViolation(
      thrown.validation,
      thrown.validationContext ?? 'body',
    )
    return { error: new BadInput(sentence), field }
  }
  if (thrown instanceof BadFilter) {
    const { sentence, field } = describeViolation(thrown.violations, 'body')
    return { error: new BadInput(sentence), field }
  }
  if (thrown instanceof WecomError) return { error: new WecomUnavailable(String(thrown.errcode)) }
  if (isDatabaseAway(thrown)) return { error: new NotReady('the database does not answer') }
  if (isStatementCancelled(thrown)) return { error: new TookTooLong() }
  const code = 'code' in thrown ? thrown.code : ''
  if (catalogueCodes.has(code)) {
    // the catalogue's classes make exactly this shape
    const field = 'field' in thrown && typeof thrown.field === 'string' ? thrown.field : undefined
    return { error: thrown as OwnError, field }
  }
  return { error: fromFastify(code) }
}

/** What Fastify refuses before a handler runs. */
function fromFastify(code: string): OwnError {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new TooLarge('1 MiB')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new UnsupportedType('application/json')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new BadInput('The body is not JSON: send one JSON object.')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new BadInput('A part of the address is longer than any id of ours: check it.')
    case 'FST_ERR_BAD_URL':
      return new BadInput('The address can’t be read: percent-encode it.')
    default:
      return new Internal()
  }
}

/** The path without its query, which may carry secrets; cut, as it comes back in the answer. */
export function pathOf(request: FastifyRequest): string {
  return (request.url.split('?')[0] ?? '').slice(0, 100)
}
