import { createCipheriv, randomBytes } from 'node:crypto'
import { decrypt as looseDecrypt } from '@wecom/crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BadCipher,
  createCallbackCrypto,
  encryptMessage,
  signJsApi,
  signMessage,
} from '../../../bot/wecom/crypto.ts'
import { SAMPLE, V1, V2, V3, V4, V5 } from './vectors.ts'

const sample = createCallbackCrypto(SAMPLE)

/** Encrypts exactly these bytes, with no padding but what they bring. */
function encryptRaw(plain: Buffer): string {
  const key = Buffer.from(`${SAMPLE.aesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')
}

/** random | length | message | receiveid | padding, each as the test wants it. */
function layOut(parts: {
  message?: string
  length?: number
  receiveId?: string
  padding?: Buffer
}): Buffer {
  const message = Buffer.from(parts.message ?? 'hello')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(parts.length ?? message.length)
  const body = Buffer.concat([
    Buffer.alloc(16, 7),
    length,
    message,
    Buffer.from(parts.receiveId ?? SAMPLE.corpId),
  ])
  const missing = 32 - (body.length % 32)
  return Buffer.concat([body, parts.padding ?? Buffer.alloc(missing, missing)])
}

describe('test vectors', () => {
  it.each([
    ['V1, the sample’s verification', SAMPLE, V1, V1.echostr],
    ['V2, the sample’s message', SAMPLE, V2, V2.encrypt],
    ['V3, the sample’s reply', SAMPLE, V3, V3.encrypt],
    ['V4, real traffic with a nonce of letters', V4, V4, V4.echostr],
  ])('opens %s', (_name, keys, vector, encrypted) => {
    const crypto = createCallbackCrypto(keys)

    const isSigned = crypto.verify(vector.signature, vector.timestamp, vector.nonce, encrypted)

    expect(isSigned).toBe(true)
    expect(crypto.decrypt(encrypted).toString()).toBe(vector.message)
  })

  it('encrypts and signs V3 to the letter', () => {
    const { aesKey, corpId, token } = SAMPLE

    const encrypt = encryptMessage({
      aesKey,
      receiveId: corpId,
      message: V3.message,
      random: V3.random,
    })

    expect(encrypt).toBe(V3.encrypt)
    expect(signMessage({ token, timestamp: V3.timestamp, nonce: V3.nonce, encrypt })).toBe(
      V3.signature,
    )
  })

  it('signs V5 for the JS-SDK, whatever follows the #', () => {
    expect(signJsApi(V5)).toBe(V5.signature)
    expect(signJsApi({ ...V5, url: `${V5.url}#/tasks` })).toBe(V5.signature)
    expect(signJsApi({ ...V5, url: `${V5.url}2` })).not.toBe(V5.signature)
  })
})

describe('signature', () => {
  it.each([
    ['another signature', { signature: V2.signature.replace('4', '5') }],
    ['upper case', { signature: V2.signature.toUpperCase() }],
    ['a prefix', { signature: V2.signature.slice(0, 39) }],
    ['nothing', { signature: '' }],
    ['letters of two bytes', { signature: '企'.repeat(40) }],
    ['another timestamp', { timestamp: '1409659814' }],
    ['another nonce', { nonce: '1372623140' }],
    ['another cipher', { encrypt: V3.encrypt }],
  ])('refuses %s', (_name, change) => {
    const v = { ...V2, ...change }

    expect(sample.verify(v.signature, v.timestamp, v.nonce, v.encrypt)).toBe(false)
  })

  it('refuses every flipped bit of the ciphertext', () => {
    const bytes = Buffer.from(V2.encrypt, 'base64')

    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes)
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(sample.verify(V2.signature, V2.timestamp, V2.nonce, forged.toString('base64'))).toBe(
        false,
      )
    }
  })
})

describe('a signature', () => {
  it('is taken as @wecom/crypto makes it, whatever it is made of', () => {
    const word = fc.string({ unit: 'binary-ascii', maxLength: 40 })
    fc.assert(
      fc.property(word, word, word, word, (token, timestamp, nonce, encrypt) => {
        const signature = signMessage({ token, timestamp, nonce, encrypt })

        const crypto = createCallbackCrypto({ ...SAMPLE, token })

        expect(crypto.verify(signature, timestamp, nonce, encrypt)).toBe(true)
      }),
    )
  })
})

describe('decryption', () => {
  it('gives back what was encrypted, as @wecom/crypto does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (message) => {
        const encrypt = encryptMessage({ aesKey: SAMPLE.aesKey, receiveId: SAMPLE.corpId, message })

        expect(sample.decrypt(encrypt).toString()).toBe(message)
        expect(looseDecrypt(SAMPLE.aesKey, encrypt)).toMatchObject({ message, id: SAMPLE.corpId })
      }),
    )
  })

  it('takes a full block of padding', () => {
    const fill = 'x'.repeat((64 - 20 - SAMPLE.corpId.length) % 32)

    expect(sample.decrypt(encryptRaw(layOut({ message: fill }))).toString()).toBe(fill)
  })

  const short = layOut({}).length - (layOut({}).at(-1) ?? 0)
  const pad = 64 - short
  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['16 bytes, half a block', Buffer.alloc(16, 16)],
    ['48 bytes', Buffer.alloc(48, 16)],
    ['padding of 0', layOut({ padding: Buffer.alloc(pad, 0) })],
    [
      'padding of 33',
      layOut({ padding: Buffer.concat([Buffer.alloc(pad - 1, 33), Buffer.from([33])]) }),
    ],
    ['padding of 255', layOut({ padding: Buffer.alloc(pad, 255) })],
    [
      'padding whose bytes differ',
      layOut({ padding: Buffer.concat([Buffer.from([1]), Buffer.alloc(pad - 1, pad)]) }),
    ],
    ['nothing but padding', Buffer.alloc(32, 32)],
    ['less than a head', Buffer.concat([Buffer.alloc(16), Buffer.alloc(16, 16)])],
    ['a length beyond the end', layOut({ length: 1000 })],
    ['a length of 4 GB', layOut({ length: 0xffffffff })],
    ['a length one short', layOut({ length: 4 })],
    ['a length one long', layOut({ length: 6 })],
    ['another corp', layOut({ receiveId: 'wx5823bf96d3bd56c8' })],
    ['no corp', layOut({ receiveId: '' })],
    ['a corp with something after it', layOut({ receiveId: `${SAMPLE.corpId}x` })],
  ])('refuses %s', (_name, plain) => {
    expect(() => sample.decrypt(encryptRaw(plain))).toThrow(BadCipher)
  })

  it.each(['QU D', 'QU\0D', '====', '企业微信', ''])('refuses "%s", which is no base64', (text) => {
    expect(() => sample.decrypt(text)).toThrow(BadCipher)
    expect(() => sample.decrypt(V2.encrypt.slice(0, -4) + text)).toThrow(BadCipher)
  })

  it('refuses what another key encrypted', () => {
    for (let i = 0; i < 200; i += 1) {
      const aesKey = randomBytes(33).toString('base64').replaceAll(/[+/]/g, 'A').slice(0, 43)
      const encrypt = encryptMessage({ aesKey, receiveId: SAMPLE.corpId, message: 'hello' })
      expect(() => sample.decrypt(encrypt)).toThrow(BadCipher)
    }
  })

  it('refuses any bytes with BadCipher and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
        expect(() => sample.decrypt(Buffer.from(bytes).toString('base64'))).toThrow(BadCipher)
      }),
    )
  })

  it('refuses a key that is not 43 characters', () => {
    expect(() => createCallbackCrypto({ ...SAMPLE, aesKey: 'short' })).toThrow(
      /WECOM_CALLBACK_AES_KEY/,
    )
  })
})
