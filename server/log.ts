import { pino, type DestinationStream, type Logger } from 'pino'
import { errorFields } from './error-fields.ts'

/** Words that never reach a log line, if somebody logs them by mistake. */
const SECRET = [
  'mobile',
  'externalUserid',
  'external_userid',
  'externalUserId',
  'access_token',
  'token',
  'ticket',
  'secret',
  'msg_signature',
  'encrypt',
  'echostr',
  'cookie',
  'authorization',
  'headers',
  'query',
  'body',
]

/** The program's log: one JSON line each, ids only. Lines of requests are written by plugins/request-log.ts. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    redact: {
      paths: SECRET,
      censor: '[hidden]',
    },
    serializers: {
      err: (error: unknown) => errorFields(error),
      error: (error: unknown) => errorFields(error),
      // whole requests and answers would bring cookies and addresses with them
      req: () => undefined,
      res: () => undefined,
    },
  }
  return destination ? pino(options, destination) : pino(options)
}
