import Fastify from 'fastify'
import { createReceiver, type Receiver } from '../../bot/callbacks/receive.ts'
import { createMetrics } from '../../bot/metrics.ts'
import { signMessage } from '../../bot/wecom/crypto.ts'
import { createRandom, type Random } from '../../prisma/seed/random.ts'
import { wecomCallbackRoutes } from '../../server/api/wecom-callback/routes.ts'
import { customerEventXml, secretsOf, type CallbackSecrets } from '../support/callback-request.ts'
import type { Figure } from '../support/figures.ts'
import { demoEnvironment } from '../support/world.ts'
import { encryptRaw, envelope, frame, signed, type Delivery } from './callback-fuzz/raw-cipher.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { sameDistribution } from './support/same-distribution.ts'
import { openThrowawayDatabase } from './support/throwaway-database.ts'

const SEED = 20_261_123
/** answers of each class that are timed */
const TIMED = { full: 10_000, short: 2_000 } as const
const LEAST_P = 0.01
/** of the bits, one in so many is signed rightly too */
const CONTROL_EVERY = 17
/** samples that must all differ before they are called different: one in a hundred differs by chance */
const SAMPLES = 3

/**
 * S2: every single bit of a ciphertext turned, and every way a stranger may hope to be told why they were refused.
 * The signature is what stops them; with the Token in hand strict framing stops most, and the control says how many.
 */
export const s2: Scenario = {
  id: 'S2',
  title: 'not one flipped bit is accepted, and no answer or delay says why',
  async run(context) {
    const database = await openThrowawayDatabase(context.folder)
    try {
      const secrets = secretsOf(demoEnvironment({ assistant: 0, sandbox: 0 }))
      const metrics = createMetrics()
      const receiver = createReceiver({ pool: database.db.pool, ...secrets, metrics })
      const captured = capture(secrets)
      const flips = await flipEveryBit(receiver, secrets, captured)
      const { rows } = await database.db.pool.query<{ n: number }>(
        'select count(*)::int as n from inbox',
      )
      return [
        ...flips.figures,
        {
          name: 'rows in the inbox that no control made',
          value: (rows[0]?.n ?? -1) - flips.byControl,
          unit: '',
          goal: { atMost: 0 },
        },
        ...(await answers(receiver, secrets, captured)),
        ...(await delays(context, receiver, secrets, captured)),
      ]
    } finally {
      await database.close()
    }
  },
}

/** A genuine delivery of 544 bytes of ciphertext, 4 352 bits; it never arrived. */
function capture(secrets: CallbackSecrets): Delivery {
  const short = customerEventXml(secrets.corpId, '')
  const xml = customerEventXml(secrets.corpId, 'x'.repeat(Math.max(0, 500 - short.length)))
  return signed(secrets, sealed(secrets, Buffer.from(xml)))
}

function sealed({ aesKey, corpId }: CallbackSecrets, message: Buffer): string {
  return encryptRaw(aesKey, frame({ message, receiveId: Buffer.from(corpId) }))
}

async function flipEveryBit(
  receiver: Receiver,
  secrets: CallbackSecrets,
  captured: Delivery,
): Promise<{ figures: Figure[]; byControl: number }> {
  const bytes = Buffer.from(captured.encrypt, 'base64')
  const bits = bytes.length * 8
  // what somebody may try who knows everything but the Token
  const guesses = ['', 'undefined', 'null', 'token', secrets.corpId, secrets.token.toUpperCase()]
  let accepted = 0
  let acceptedGuess = 0
  let control = 0
  for (let bit = 0; bit < bits; bit += 1) {
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    const encrypt = flipped.toString('base64')
    const body = envelope(secrets, encrypt)
    if (isTaken(await receiver.receive({ ...captured.query }, body))) accepted += 1
    const { timestamp, nonce } = captured.query
    const token = guesses[bit % guesses.length] ?? ''
    const guess = signMessage({ token, timestamp, nonce, encrypt })
    if (isTaken(await receiver.receive({ msg_signature: guess, timestamp, nonce }, body))) {
      acceptedGuess += 1
    }
    if (bit % CONTROL_EVERY > 0) continue
    if (isTaken(await receiver.receive({ ...signed(secrets, encrypt).query }, body))) control += 1
  }
  return {
    byControl: control,
    figures: [
      { name: 'bits flipped', value: bits, unit: '', goal: { atLeast: 4_352 } },
      { name: 'accepted below the old signature', value: accepted, unit: '', goal: { atMost: 0 } },
      {
        name: 'accepted below a signature made without the Token',
        value: acceptedGuess,
        unit: '',
        goal: { atMost: 0 },
      },
      {
        name: 'control: accepted below a right signature',
        value: control,
        unit: '',
        goal: { atLeast: 1 },
        note: `of ${Math.ceil(bits / CONTROL_EVERY)}: CBC alone lets flips through, it is the signature that stops them`,
      },
    ],
  }
}

const isTaken = (result: string): boolean => !result.startsWith('bad_')

/** Whoever is refused: status, headers and body are the same for every reason. */
async function answers(
  receiver: Receiver,
  secrets: CallbackSecrets,
  captured: Delivery,
): Promise<Figure[]> {
  const app = Fastify()
  await app.register(wecomCallbackRoutes, { receiver })
  const told = new Set<string>()
  for (const { query, encrypt } of everyRefusal(secrets, captured)) {
    const { statusCode, headers, rawPayload } = await app.inject({
      method: 'POST',
      url: `/wecom/callback?${new URLSearchParams(query).toString()}`,
      payload: envelope(secrets, encrypt),
      headers: { 'content-type': 'text/xml' },
    })
    const { date: _date, ...rest } = headers
    told.add(JSON.stringify([statusCode, rest, rawPayload.toString('hex')]))
  }
  await app.close()
  return [
    {
      name: 'different answers to bad signature, padding, length and corp',
      value: told.size,
      unit: '',
      goal: { atMost: 1 },
    },
  ]
}

function everyRefusal(secrets: CallbackSecrets, captured: Delivery): Delivery[] {
  const message = Buffer.from('<xml></xml>')
  const receiveId = Buffer.from(secrets.corpId)
  const broken = [
    frame({ message, receiveId, padding: Buffer.alloc(33, 33) }),
    frame({ message, receiveId, length: 0 }),
    frame({ message, receiveId: Buffer.from('ww_somebody_else') }),
    Buffer.alloc(32),
  ].map((plain) => encryptRaw(secrets.aesKey, plain))
  return [
    { ...captured, query: { ...captured.query, msg_signature: '0'.repeat(40) } },
    { ...captured, query: { ...captured.query, msg_signature: 'x' } },
    // a stranger's, below a signature that is not theirs to make, and an insider's, rightly signed
    ...broken.map((encrypt) => ({ ...captured, encrypt })),
    ...broken.map((encrypt) => signed(secrets, encrypt)),
  ]
}

type Sample = () => Promise<unknown>

/** Whether a stranger learns anything by the clock: at the receiver itself, where no network blurs it. */
async function delays(
  { size, say }: TortureContext,
  receiver: Receiver,
  secrets: CallbackSecrets,
  captured: Delivery,
): Promise<Figure[]> {
  const random = createRandom(SEED)
  const { query, encrypt } = captured
  const bytes = Buffer.from(encrypt, 'base64')
  const turned = Buffer.from(bytes)
  turned.writeUInt8(turned.readUInt8(turned.length - 33) ^ 1, turned.length - 33)
  const elsewhere = { ...secrets, corpId: secrets.corpId.replace(/.$/, '_') }
  const ask = (asked: Record<string, string>, cipher: string): Sample => {
    const body = envelope(secrets, cipher)
    return () => receiver.receive(asked, body)
  }
  const wrong = { ...query, msg_signature: 'f'.repeat(40) }
  const nearly = { ...query, msg_signature: nearMiss(query.msg_signature) }
  const badPadding = turned.toString('base64')
  const otherCorp = sealed(elsewhere, Buffer.from('y'.repeat(messageSize(secrets, bytes.length))))
  const baseline = ask(wrong, encrypt)
  const classes: Record<string, Sample> = {
    'padding that would be bad': ask(wrong, badPadding),
    'a corp that would be another’s': ask(wrong, otherCorp),
    'a signature right but for its last letter': ask(nearly, encrypt),
  }
  const figures: Figure[] = []
  for (const [name, sample] of Object.entries(classes)) {
    let p = 0
    for (let turn = 0; turn < SAMPLES && p <= LEAST_P; turn += 1) {
      p = await compare(random, baseline, sample, TIMED[size])
    }
    figures.push({
      name: `p that ${name} takes another time`,
      value: rounded(p),
      unit: '',
      goal: { atLeast: LEAST_P },
      note: `Kolmogorov–Smirnov, ${TIMED[size]} each, against a bad signature over a good message`,
    })
  }
  say('timed')
  // the control: with the Token one gets as far as the cipher, and the same test sees that
  const insider = signed(secrets, badPadding)
  const control = await compare(random, baseline, ask(insider.query, insider.encrypt), TIMED[size])
  figures.push({
    name: 'control: p of one decryption more',
    value: rounded(control),
    unit: '',
    goal: { atMost: LEAST_P },
    note: 'who has the Token is told bad padding by the clock; who has it may sign anything anyway',
  })
  return figures
}

function nearMiss(signature: string): string {
  return signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0')
}

/** Characters of a message whose frame is as long as the captured one. */
function messageSize({ corpId }: CallbackSecrets, bytes: number): number {
  return bytes - 20 - corpId.length - 1
}

const rounded = (p: number): number => Math.round(p * 10_000) / 10_000

/** p of both taking the same time; the two are asked in random order, so that the machine's moods hit both. */
async function compare(random: Random, one: Sample, other: Sample, count: number): Promise<number> {
  const times: [number[], number[]] = [[], []]
  for (let n = 0; n < count * 2 + 2_000; n += 1) {
    const which = random.chance(0.5) ? 0 : 1
    const began = process.hrtime.bigint()
    await (which === 0 ? one : other)()
    const took = Number(process.hrtime.bigint() - began)
    if (n >= 2_000) times[which].push(took)
  }
  return sameDistribution(...times)
}
