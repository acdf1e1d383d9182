import type { Random } from '../../../prisma/seed/random.ts'
import type { CallbackSecrets } from '../../support/callback-request.ts'
import { envelope, type Delivery } from './raw-cipher.ts'

/** A request as the front door gets it: the query as an HTTP server reads it, the body as text. */
export interface StrangersRequest {
  query: Record<string, unknown>
  body: string
}

type Mutation = (
  random: Random,
  captured: Delivery,
  secrets: CallbackSecrets,
) => { query?: Record<string, unknown>; body?: string; encrypt?: string }

const ODD_VALUES: readonly unknown[] = [
  '',
  undefined,
  null,
  0,
  true,
  [],
  {},
  '\0',
  '\ud800',
  '０',
  '__proto__',
]
const ODD_TEXT = [
  '\0',
  '\ud800',
  '\udfff',
  '\ufeff',
  '<',
  ']]>',
  '&lol9;',
  '%00',
  '\r\n',
  'é',
  '=',
] as const
const BOMB =
  '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'

const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => random.between(0, 15).toString(16)).join('')

const base64 = (random: Random, bytes: number): string =>
  Buffer.from(Array.from({ length: bytes }, () => random.between(0, 255))).toString('base64')

const replaceAt = (text: string, at: number, by: string, cut = 1): string =>
  text.slice(0, at) + by + text.slice(at + cut)

/** What somebody without the Token can do to a delivery they saw. */
const MUTATIONS: Record<string, Mutation> = {
  'a guessed signature': (random, { query }) => ({
    query: { ...query, msg_signature: hex(random, 40) },
  }),
  'a letter of the signature': (random, { query }) => {
    const at = random.between(0, 39)
    const letter = query.msg_signature[at] === 'a' ? 'b' : 'a'
    return { query: { ...query, msg_signature: replaceAt(query.msg_signature, at, letter) } }
  },
  'a signature of another form': (random, { query }) => {
    const given = query.msg_signature
    const forms: unknown[] = [
      `${given}0`,
      given.slice(1),
      ` ${given}`,
      given.replace(/[a-f]/, (letter) => letter.toUpperCase()).concat('\0'),
      given.replace(/./, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0x100)),
      [given],
      [given, given],
      { toString: given },
    ]
    return { query: { ...query, msg_signature: random.pick(forms) } }
  },
  'an odd or missing parameter': (random, { query }) => ({
    query: {
      ...query,
      [random.pick(['msg_signature', 'timestamp', 'nonce'])]: random.pick(ODD_VALUES),
    },
  }),
  'another timestamp': (random, { query }) => ({
    query: { ...query, timestamp: String(Number(query.timestamp) + random.between(1, 1e6)) },
  }),
  'another nonce': (random, { query }) => ({ query: { ...query, nonce: hex(random, 12) } }),
  // the signature is over the sorted parts put together: where one ends and the next begins is not signed
  'parts cut elsewhere': (random, { query, encrypt }) => {
    const n = 4 * random.between(1, 40)
    return random.pick([
      { query: { ...query, nonce: query.nonce + encrypt.slice(0, n) }, encrypt: encrypt.slice(n) },
      {
        query: { ...query, nonce: encrypt.slice(-n) + query.nonce },
        encrypt: encrypt.slice(0, -n),
      },
      {
        query: { ...query, timestamp: query.timestamp + encrypt.slice(0, n) },
        encrypt: encrypt.slice(n),
      },
      {
        query: {
          ...query,
          timestamp: query.timestamp.slice(0, -1),
          nonce: `${query.timestamp.slice(-1)}${query.nonce}`,
        },
      },
    ])
  },
  'a letter of the ciphertext': (random, { encrypt }) => {
    const at = random.between(0, encrypt.length - 3)
    return { encrypt: replaceAt(encrypt, at, encrypt[at] === 'A' ? 'B' : 'A') }
  },
  'blocks moved, cut or doubled': (random, { encrypt }) => {
    const bytes = Buffer.from(encrypt, 'base64')
    const at = 16 * random.between(0, bytes.length / 16 - 1)
    const block = bytes.subarray(at, at + 16)
    const rest = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 16)])
    const made = random.pick([
      rest,
      Buffer.concat([bytes, block]),
      Buffer.concat([block, rest]),
      Buffer.concat([rest, block, block]),
      bytes.subarray(0, at),
    ])
    return { encrypt: made.equals(bytes) ? '' : made.toString('base64') }
  },
  'another alphabet': (random, { encrypt }) => ({
    encrypt: random.pick([
      encrypt.replaceAll('+', '-').replaceAll('/', '_').replace(/^./, '-'),
      encrypt.replace(/=*$/, '===='),
      `${encrypt}AAAA`,
      encrypt.replace(/(.{8})/, '$1\n\n\n\n'),
      encrypt.toLowerCase().replace(/^./, '0'),
    ]),
  }),
  'a ciphertext of one’s own': (random) => ({
    encrypt: base64(random, 16 * random.between(1, 60)),
  }),
  'odd text in the ciphertext': (random, { encrypt }) => ({
    encrypt: replaceAt(encrypt, random.between(0, encrypt.length), random.pick(ODD_TEXT), 0),
  }),
  'a torn body': (random, { encrypt }, secrets) => {
    const body = envelope(secrets, encrypt)
    return { body: body.slice(0, random.between(0, body.indexOf('</Encrypt>') - 1)) }
  },
  'a body of another kind': (random) => ({
    body: random.pick([
      '',
      '\0',
      '{"Encrypt":"AAAA"}',
      '<xml/>',
      '<xml><encrypt>AAAA</encrypt></xml>',
      '<Encrypt></Encrypt>',
      '</Encrypt><Encrypt>',
      '<Encrypt><![CDATA[]]></Encrypt>',
      '<Encrypt><Encrypt>AAAA</Encrypt></Encrypt>',
      hex(random, random.between(1, 400)),
      Buffer.from(base64(random, 300), 'base64').toString('utf8'),
    ]),
  }),
  // whoever says it first is read: a second element must not be what is checked instead
  'two ciphertexts': (random, { encrypt }, secrets) => {
    const other = base64(random, 16 * random.between(1, 20))
    return { body: envelope(secrets, other) + envelope(secrets, encrypt) }
  },
  'entity bombs around it': (random, { encrypt }) => ({
    body: `<?xml version="1.0"?>${BOMB.repeat(random.between(1, 20))}<xml><Encrypt>&c;${encrypt}</Encrypt></xml>`,
  }),
}

/** Rare, as each is a megabyte. */
const LARGE: Record<string, Mutation> = {
  'a megabyte without an end': () => ({ body: `<xml><Encrypt>${'A'.repeat(1_040_000)}` }),
  'a megabyte of ciphertext': () => ({ encrypt: 'A'.repeat(1_040_000) }),
  'a megabyte of openings': () => ({ body: '<Encrypt>'.repeat(115_000) }),
  'a megabyte of CDATA': () => ({ body: `<Encrypt>${'<![CDATA['.repeat(115_000)}</Encrypt>` }),
  'a megabyte of blanks': () => ({ body: `<Encrypt>${' '.repeat(1_040_000)}</Encrypt>` }),
  'a megabyte of nonce': (_random, { query }) => ({
    query: { ...query, nonce: 'n'.repeat(1_040_000) },
  }),
}

const ordinary = Object.entries(MUTATIONS)
const large = Object.entries(LARGE)

/**
 * One request of a stranger who saw `captured` and has neither Token nor key. It is never the delivery itself.
 *
 * @returns `what` names the mutation, for the report
 */
export function strangersRequest(
  random: Random,
  captured: Delivery,
  secrets: CallbackSecrets,
): StrangersRequest & { what: string } {
  const [what, mutate] = random.pick(random.chance(0.0005) ? large : ordinary)
  const made = mutate(random, captured, secrets)
  return {
    what,
    query: made.query ?? captured.query,
    body: made.body ?? envelope(secrets, made.encrypt ?? captured.encrypt),
  }
}
