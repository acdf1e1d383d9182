import { createCipheriv } from 'node:crypto'
import { signMessage } from '../../../bot/wecom/crypto.ts'
import { buildEnvelope } from '../../../bot/wecom/envelope.ts'
import type { CallbackSecrets } from '../../support/callback-request.ts'

/** A delivery taken apart, as the front door takes it. */
export interface Delivery {
  query: { msg_signature: string; timestamp: string; nonce: string }
  encrypt: string
}

const BLOCK = 32

/** Encrypts bytes as they are, wrong lengths and wrong padding included; a multiple of 16, else they are cut. */
export function encryptRaw(aesKey: string, plain: Buffer): string {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const whole = plain.subarray(0, plain.length - (plain.length % 16))
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(whole), cipher.final()]).toString('base64')
}

/** random(16) | length | message | receiveid | padding, each of them as told. */
export function frame(parts: {
  message: Buffer
  receiveId: Buffer
  /** what the length field says; default the truth */
  length?: number
  /** the padding; default PKCS#7 in blocks of 32 */
  padding?: Buffer
}): Buffer {
  const { message, receiveId, length = message.length } = parts
  const head = Buffer.alloc(20, 'r')
  head.writeUInt32BE(length >>> 0, 16)
  const size = head.length + message.length + receiveId.length
  const fill = BLOCK - (size % BLOCK)
  return Buffer.concat([head, message, receiveId, parts.padding ?? Buffer.alloc(fill, fill)])
}

let serial = 0

/** Signs a ciphertext as WeCom does, with a timestamp and nonce of its own. */
export function signed({ token }: Pick<CallbackSecrets, 'token'>, encrypt: string): Delivery {
  serial += 1
  const timestamp = String(1_763_000_000 + (serial % 10_000_000))
  const nonce = String(serial)
  const signature = signMessage({ token, timestamp, nonce, encrypt })
  return { query: { msg_signature: signature, timestamp, nonce }, encrypt }
}

/** The body that carries a ciphertext. */
export const envelope = ({ corpId }: CallbackSecrets, encrypt: string): string =>
  buildEnvelope(corpId, encrypt)
