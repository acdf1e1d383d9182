import { hash, randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics.ts'
import { BadCipher, createCallbackCrypto } from '../wecom/crypto.ts'
import { takeEncrypted } from '../wecom/envelope.ts'
import { createGroupCommit, type StoreResult } from './group-commit.ts'
import type { Spool } from './spool.ts'

/**
 * What became of a callback. `stored`, `repeated` and `spooled` may be acknowledged; `bad_signature` and `bad_cipher` are
 * strangers; `bad_body` is no callback; `unavailable` is ours to answer for: WeCom repeats it.
 */
export type ReceiveResult = StoreResult | 'bad_signature' | 'bad_cipher' | 'bad_body'

/** A request's query as the HTTP server read it; nothing in it can be relied on. */
export type CallbackQuery = Record<string, unknown>

export interface Receiver {
  /** Answers WeCom's check of the address: the decrypted text, or null for a stranger. */
  verifyUrl: (query: CallbackQuery) => string | null
  /** Checks one delivery and stores it with its job. Never rejects. */
  receive: (query: CallbackQuery, rawBody: string) => Promise<ReceiveResult>
  /** plays back what earlier processes spooled, and goes on looking for such */
  start: () => void
  /** to be called when nothing is received any more */
  stop: () => Promise<void>
}

interface Signed {
  signature: string
  timestamp: string
  nonce: string
}

const WELCOME = '<WelcomeCode>'

/**
 * Makes the callback's front door. It does five things and no more, because WeCom waits 5 seconds and sends
 * each event up to four times: take the ciphertext out of the body, compare the signature in constant time,
 * decrypt strictly, hash the plaintext as its key, and store it with its job in a group commit. The XML is
 * parsed by the job (performance.md D1).
 *
 * Whose it is, is told by the receiveid inside the cipher; `ToUserName` and `AgentID` outside are not signed
 * and never looked at.
 *
 * @param options.token the Token of 接收消息
 * @param options.aesKey its EncodingAESKey
 * @param options.spool keeps callbacks while the database is away; without one they are refused then
 */
export function createReceiver(options: {
  pool: pg.Pool
  corpId: string
  token: string
  aesKey: string
  spool?: Spool | undefined
  metrics: Pick<Metrics, 'callbacks'>
  log?: Logger
}): Receiver {
  const { pool, corpId, token, aesKey, spool, metrics, log } = options
  const crypto = createCallbackCrypto({ token, aesKey, corpId })
  const inbox = createGroupCommit({
    pool,
    corpId,
    spool,
    log,
    onCommit({ stored, repeated }) {
      if (stored > 0) metrics.callbacks.labels('stored').inc(stored)
      if (repeated > 0) metrics.callbacks.labels('repeated').inc(repeated)
    },
  })

  /** The plaintext, or why there is none. */
  function open(signed: Signed | null, encrypted: string): Buffer | 'bad_signature' | 'bad_cipher' {
    if (!signed || !crypto.verify(signed.signature, signed.timestamp, signed.nonce, encrypted)) {
      return 'bad_signature'
    }
    try {
      return crypto.decrypt(encrypted)
    } catch (error) {
      if (error instanceof BadCipher) return 'bad_cipher'
      throw error
    }
  }

  function refuse<R extends 'bad_signature' | 'bad_cipher' | 'bad_body'>(result: R): R {
    metrics.callbacks.labels(result).inc()
    return result
  }

  return {
    verifyUrl(query) {
      const { echostr } = query
      if (typeof echostr !== 'string') return null
      // base64 has no spaces: one is a `+` that was decoded once too often
      const plain = open(signedOf(query), echostr.replaceAll(' ', '+'))
      if (typeof plain !== 'string') return plain.toString('utf8')
      refuse(plain)
      return null
    },
    async receive(query, rawBody) {
      const encrypted = takeEncrypted(rawBody)
      if (encrypted === null) return refuse('bad_body')
      const plain = open(signedOf(query), encrypted)
      if (typeof plain === 'string') return refuse(plain)
      const text = plain.toString('utf8')
      // PostgreSQL's text holds no NUL; XML knows none either
      const xml = text.includes('\0') ? text.replaceAll('\0', '') : text
      const result = await inbox.add({
        key: hash('sha256', plain, 'buffer'),
        xml,
        traceId: randomUUID(),
        urgent: xml.includes(WELCOME),
      })
      if (result === 'spooled' || result === 'unavailable') metrics.callbacks.labels(result).inc()
      return result
    },
    start: inbox.start,
    stop: inbox.stop,
  }
}

/** Each parameter once and not empty, else null: given twice, it isn't WeCom's. */
function signedOf(query: CallbackQuery): Signed | null {
  const { msg_signature: signature, timestamp, nonce } = query
  const isWhole = isText(signature) && isText(timestamp) && isText(nonce)
  return isWhole ? { signature, timestamp, nonce } : null
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
