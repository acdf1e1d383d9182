import type { Random } from '../../../prisma/seed/random.ts'
import type { CallbackSecrets } from '../../support/callback-request.ts'
import { encryptRaw, envelope, frame, signed } from './raw-cipher.ts'
import type { StrangersRequest } from './stranger.ts'

/** What of a frame is wrong; the rest of it is right. */
type Break = (random: Random, message: Buffer, corpId: Buffer) => Buffer

/** The padding a frame of this size must have. */
function fillOf(message: Buffer, receiveId: Buffer): number {
  return 32 - ((20 + message.length + receiveId.length) % 32)
}

const BREAKS: Record<string, Break> = {
  'length 0': (_random, message, receiveId) => frame({ message, receiveId, length: 0 }),
  'length −1': (_random, message, receiveId) => frame({ message, receiveId, length: -1 }),
  'length off by one': (random, message, receiveId) =>
    frame({ message, receiveId, length: message.length + random.pick([-1, 1]) }),
  'length beyond the end': (random, message, receiveId) =>
    frame({ message, receiveId, length: message.length + random.between(64, 0x7fffffff) }),
  'length with its bytes turned': (_random, message, receiveId) => {
    const turned = Buffer.alloc(4)
    turned.writeUInt32LE(message.length)
    return frame({ message, receiveId, length: turned.readUInt32BE() })
  },
  'padding 0': (_random, message, receiveId) =>
    frame({ message, receiveId, padding: Buffer.alloc(fillOf(message, receiveId), 0) }),
  'padding 33 and more': (random, message, receiveId) =>
    frame({
      message,
      receiveId,
      padding: Buffer.alloc(fillOf(message, receiveId) + 32, random.pick([33, 48, 64, 128, 255])),
    }),
  'padding that is not all alike': (random, message, receiveId) => {
    const fill = fillOf(message, receiveId)
    const padding = Buffer.alloc(fill, fill)
    if (fill === 1) return frame({ message, receiveId, padding: Buffer.alloc(1, 34) })
    padding[random.between(0, fill - 2)] = fill + 1
    return frame({ message, receiveId, padding })
  },
  'padding of 16': (_random, message, receiveId) => {
    // a whole frame of 16s, as PKCS#7 in AES's own blocks would end it
    const even = Buffer.concat([
      message,
      Buffer.alloc((32 - ((20 + message.length + receiveId.length) % 32)) % 32, ' '),
    ])
    return frame({ message: even, receiveId, padding: Buffer.alloc(16, 16) })
  },
  'no receiveid': (_random, message) => frame({ message, receiveId: Buffer.alloc(0) }),
  'another receiveid': (random, message, receiveId) =>
    frame({
      message,
      receiveId: random.pick([
        Buffer.from('ww_somebody_else_00'),
        receiveId.subarray(1),
        receiveId.subarray(0, -1),
        Buffer.concat([receiveId, Buffer.from('\0')]),
        Buffer.concat([receiveId, receiveId]),
        Buffer.from(receiveId.toString().toUpperCase()),
        Buffer.alloc(4000, 'w'),
      ]),
    }),
  'hardly anything': (random) => Buffer.alloc(32 * random.between(0, 1), random.between(0, 32)),
  noise: (random) =>
    Buffer.concat([
      Buffer.from(
        Array.from({ length: 31 + 32 * random.between(0, 10) }, () => random.between(0, 255)),
      ),
      Buffer.from([random.pick([0, 33, 200, 255])]),
    ]),
}

const breaks = Object.entries(BREAKS)

/**
 * One rightly signed request whose plaintext is broken in one way: what an error in WeCom, or somebody with the Token,
 * could send. None of them may be stored.
 */
export function insidersRequest(
  random: Random,
  secrets: CallbackSecrets,
): StrangersRequest & { what: string } {
  const message = Buffer.from(`<xml><A>${'x'.repeat(random.between(1, 300))}</A></xml>`)
  const [what, make] = random.pick(breaks)
  const plain = make(random, message, Buffer.from(secrets.corpId))
  const { query, encrypt } = signed(secrets, encryptRaw(secrets.aesKey, plain))
  return { what, query, body: envelope(secrets, encrypt) }
}
