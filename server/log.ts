import { pino, type DestinationStream, type Logger } from 'pino'

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

/** Fields of PostgreSQL's errors that quote a row's values. */
const QUOTES = ['detail', 'where', 'internalQuery', 'hint']

/** The program's log: one JSON line each, ids only. Lines of requests are written by plugins/request-log.ts. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    redact: {
      paths: [
        ...SECRET,
        ...SECRET.map((word) => `err.${word}`),
        ...QUOTES.flatMap((word) => [`err.${word}`, `err.cause.${word}`]),
      ],
      censor: '[hidden]',
    },
  }
  return destination ? pino(options, destination) : pino(options)
}
