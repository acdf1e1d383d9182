import { createDecipheriv, createSecretKey, hash, timingSafeEqual } from 'node:crypto'
import { encrypt, getJsApiSignature, getSignature } from '@wecom/crypto'

/** A cipher that isn't ours. Says nothing of why: the difference must not reach the sender. */
export class BadCipher extends Error {
  override name = 'BadCipher'
}

/** Checks and opens what arrives at the callback address (wecom-protocol 1.4). */
export interface CallbackCrypto {
  /** compares in constant time; to be asked before `decrypt`: CBC alone lets most flipped bits through */
  verify: (signature: string, timestamp: string, nonce: string, encrypted: string) => boolean
  /** @throws BadCipher unless length, padding, inner length and receiveid are all exactly right */
  decrypt: (encrypted: string) => Buffer
}

const BLOCK = 32
const HEAD = 20

/**
 * Makes the callback's cipher. Signatures are made here in one call, and decryption is done here: `@wecom/crypto`
 * strips whatever looks like padding and cuts out whatever length it reads, so that a wrong key gives garbage
 * instead of an error; tests hold the two equal wherever the input is valid.
 *
 * @param options.token the Token of 接收消息
 * @param options.aesKey its EncodingAESKey, 43 letters and digits
 * @param options.corpId the receiveid that every message must carry
 * @throws Error when the key is not 32 bytes
 */
export function createCallbackCrypto(options: {
  token: string
  aesKey: string
  corpId: string
}): CallbackCrypto {
  const { token, aesKey, corpId } = options
  const key = Buffer.from(`${aesKey}=`, 'base64')
  if (aesKey.length !== 43 || key.length !== 32) {
    throw new Error('WECOM_CALLBACK_AES_KEY must be the EncodingAESKey, 43 letters and digits')
  }
  const iv = key.subarray(0, 16)
  const secret = createSecretKey(key)
  const receiveId = Buffer.from(corpId)

  return {
    verify(signature, timestamp, nonce, encrypted) {
      const signed = [token, timestamp, nonce, encrypted].sort().join('')
      const expected = Buffer.from(hash('sha1', signed, 'hex'), 'latin1')
      const given = Buffer.from(signature, 'latin1')
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
    decrypt(encrypted) {
      const bytes = Buffer.from(encrypted, 'base64')
      // Buffer.from skips what is no base64; then bytes are missing
      if (bytes.length !== sizeOf(encrypted)) throw new BadCipher('base64')
      if (bytes.length === 0 || bytes.length % BLOCK !== 0) throw new BadCipher('length')
      const decipher = createDecipheriv('aes-256-cbc', secret, iv).setAutoPadding(false)
      const head = decipher.update(bytes)
      const tail = decipher.final()
      const plain = tail.length === 0 ? head : Buffer.concat([head, tail])
      return takeMessage(withoutPadding(plain), receiveId)
    },
  }
}

/**
 * Signs as WeCom does: lower-case hex SHA-1 over the sorted token, timestamp, nonce and ciphertext.
 *
 * @returns 40 hex digits
 */
export function signMessage(parts: {
  token: string
  timestamp: string
  nonce: string
  encrypt: string
}): string {
  return getSignature(parts.token, parts.timestamp, parts.nonce, parts.encrypt)
}

/**
 * Encrypts as WeCom does; for tests and for `npm run doctor`.
 *
 * @param parts.random 16 bytes; left out, they are random
 * @returns base64
 */
export function encryptMessage(parts: {
  aesKey: string
  receiveId: string
  message: string
  random?: Buffer
}): string {
  return encrypt(parts.aesKey, parts.message, parts.receiveId, parts.random)
}

/** Bytes that a base64 text stands for. */
function sizeOf(base64: string): number {
  const fill = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return (base64.length / 4) * 3 - fill
}

/** PKCS#7 with a block of 32: 1 to 32 bytes, each of them that number. */
function withoutPadding(plain: Buffer): Buffer {
  const pad = plain.at(-1) ?? 0
  if (pad < 1 || pad > BLOCK) throw new BadCipher('padding')
  const end = plain.length - pad
  for (let i = end; i < plain.length; i += 1) if (plain[i] !== pad) throw new BadCipher('padding')
  return plain.subarray(0, end)
}

/** random(16) | length(4, big-endian) | message | receiveid */
function takeMessage(plain: Buffer, receiveId: Buffer): Buffer {
  if (plain.length < HEAD) throw new BadCipher('length')
  const end = HEAD + plain.readUInt32BE(16)
  if (end > plain.length) throw new BadCipher('length')
  if (!plain.subarray(end).equals(receiveId)) throw new BadCipher('receiveid')
  return plain.subarray(HEAD, end)
}

/**
 * The signature that `ww.register` asks for (wecom-protocol 3.13): of the corp's ticket for config, of the
 * app's for agentConfig.
 *
 * @param options.timestamp seconds since the epoch
 * @param options.url the page's address as the SDK gives it; what follows `#` is not signed
 * @returns 40 hex digits
 */
export function signJsApi(options: {
  ticket: string
  nonceStr: string
  timestamp: number | string
  url: string
}): string {
  const [url = ''] = options.url.split('#', 1)
  return getJsApiSignature({ ...options, url }).signature
}
