import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto'

/** Keeps personal data unreadable at rest, and still findable. */
export interface DataCipher {
  /** AES-256-GCM: 12 bytes nonce, 16 bytes tag, then the text */
  encrypt: (text: string) => Uint8Array<ArrayBuffer>
  /** @throws Error when the bytes were not made with this key */
  decrypt: (bytes: Uint8Array) => string
  /** HMAC-SHA256: equal texts give equal bytes, nothing more can be told from them */
  blindIndex: (text: string) => Uint8Array<ArrayBuffer>
}

/**
 * Makes the cipher of DATA_KEY. Encryption and blind index use keys of their own, derived from it.
 *
 * @param keyHex 64 hex digits
 */
export function createDataCipher(keyHex: string): DataCipher {
  const key = Buffer.from(keyHex, 'hex')
  if (key.length !== 32) throw new Error('DATA_KEY must be 64 hex digits')
  // as a key object it is made ready once, not for each text
  const encryptKey = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'guide encrypt', 32)))
  const indexKey = Buffer.from(hkdfSync('sha256', key, '', 'guide blind index', 32))
  return {
    encrypt(text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', encryptKey, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Uint8Array.from(Buffer.concat([nonce, cipher.getAuthTag(), body]))
    },
    decrypt(bytes) {
      const buffer = Buffer.from(bytes)
      const decipher = createDecipheriv('aes-256-gcm', encryptKey, buffer.subarray(0, 12))
      decipher.setAuthTag(buffer.subarray(12, 28))
      return Buffer.concat([decipher.update(buffer.subarray(28)), decipher.final()]).toString(
        'utf8',
      )
    },
    blindIndex(text) {
      return Uint8Array.from(createHmac('sha256', indexKey).update(text).digest())
    },
  }
}
