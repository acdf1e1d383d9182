import { randomBytes, randomInt } from 'node:crypto'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** An opaque id of `length` letters and digits after `prefix`. */
export function randomId(length: number, prefix = ''): string {
  let id = prefix
  for (const byte of randomBytes(length)) id += LETTERS.charAt(byte % LETTERS.length)
  return id
}

/** A 64-bit message id as WeCom makes them: above 2^53, so that whoever reads it as a number loses it. */
export function randomMsgId(): string {
  return `7${randomInt(10 ** 9, 10 ** 10 - 1)}${randomInt(10 ** 7, 10 ** 8 - 1)}`
}
