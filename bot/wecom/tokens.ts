import type pg from 'pg'

/** What WeCom gives us for two hours: the app's token, the corp's JS ticket, the app's JS ticket. */
export type WecomToken = 'access_token' | 'jsapi_ticket' | 'agent_ticket'

/** A token as WeCom gave it. */
export interface FreshToken {
  value: string
  expiresInSeconds: number
}

/** The tokens, fetched by one caller only and shared by all processes (wecom-protocol 2.1). */
export interface Tokens {
  /** @throws WecomError when WeCom gives none */
  get: (kind: WecomToken) => Promise<string>
  /**
   * WeCom refused this one (40014, 42001): the next `get` asks again. A late report, of a call that began
   * before the token in place was fetched, does nothing.
   *
   * @param calledAt performance.now() when the refused call began
   */
  drop: (kind: WecomToken, value: string, calledAt: number) => void
}

interface Held {
  value: string
  fetchedAt: number
  expiresAt: number
}

const MARGIN_MS = 5 * 60_000
const LOCK_WAIT = '30s'

/**
 * Makes the token store: memory before the database before WeCom. Callers of one process share one look-up;
 * processes take turns by an advisory lock and find what the first of them stored.
 *
 * @param options.cipher encrypts what is stored
 * @param options.fetch asks WeCom; called by one process at a time for one kind
 */
export function createTokens(options: {
  pool: pg.Pool
  clock: { now: () => Date }
  cipher: { encrypt: (text: string) => Uint8Array; decrypt: (bytes: Uint8Array) => string }
  fetch: (kind: WecomToken) => Promise<FreshToken>
}): Tokens {
  const { pool, clock, cipher, fetch } = options
  const memory = new Map<WecomToken, Held & { since: number }>()
  const refused = new Map<WecomToken, string>()
  const flights = new Map<WecomToken, Promise<string>>()

  function usable<T extends Held>(kind: WecomToken, held: T | undefined): held is T {
    if (!held || held.value === refused.get(kind)) return false
    const now = clock.now().getTime()
    const margin = Math.min(MARGIN_MS, (held.expiresAt - held.fetchedAt) / 10)
    // one that seems to come from the future was fetched before the clock was set back: its end is unknown
    return now < held.expiresAt - margin && now >= held.fetchedAt - MARGIN_MS
  }

  async function stored(
    client: pg.Pool | pg.PoolClient,
    kind: WecomToken,
  ): Promise<Held | undefined> {
    const { rows } = await client.query<{ value_enc: Buffer; fetched_at: Date; expires_at: Date }>(
      'select value_enc, fetched_at, expires_at from wecom_token where kind = $1',
      [kind],
    )
    const row = rows[0]
    if (!row) return undefined
    try {
      return {
        value: cipher.decrypt(row.value_enc),
        fetchedAt: row.fetched_at.getTime(),
        expiresAt: row.expires_at.getTime(),
      }
    } catch {
      // another DATA_KEY wrote it: as good as none
      return undefined
    }
  }

  async function fetchAndStore(client: pg.PoolClient, kind: WecomToken): Promise<Held> {
    const token = await fetch(kind)
    const fetchedAt = clock.now()
    const expiresAt = new Date(fetchedAt.getTime() + token.expiresInSeconds * 1000)
    await client.query(
      `insert into wecom_token (kind, value_enc, expires_at, fetched_at) values ($1, $2, $3, $4)
       on conflict (kind) do update set value_enc = excluded.value_enc,
         expires_at = excluded.expires_at, fetched_at = excluded.fetched_at`,
      [kind, Buffer.from(cipher.encrypt(token.value)), expiresAt, fetchedAt],
    )
    return { value: token.value, fetchedAt: fetchedAt.getTime(), expiresAt: expiresAt.getTime() }
  }

  /** The one process that holds the lock asks WeCom; those behind it find the answer in the table. */
  async function takeTurn(kind: WecomToken): Promise<Held> {
    const client = await pool.connect()
    let broken = false
    try {
      await client.query('begin')
      await client.query(`set local lock_timeout = '${LOCK_WAIT}'`)
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `wecom_token:${kind}`,
      ])
      const found = await stored(client, kind)
      const held = usable(kind, found) ? found : await fetchAndStore(client, kind)
      await client.query('commit')
      return held
    } catch (error) {
      await client.query('rollback').catch(() => (broken = true))
      throw error
    } finally {
      client.release(broken)
    }
  }

  async function load(kind: WecomToken): Promise<string> {
    const found = await stored(pool, kind)
    const held = usable(kind, found) ? found : await takeTurn(kind)
    memory.set(kind, { ...held, since: performance.now() })
    // asked again, WeCom may well give the same one: then it holds
    refused.delete(kind)
    return held.value
  }

  return {
    async get(kind) {
      const held = memory.get(kind)
      if (usable(kind, held)) return held.value
      const running = flights.get(kind)
      if (running) return running
      const flight = load(kind).finally(() => flights.delete(kind))
      flights.set(kind, flight)
      return flight
    },
    drop(kind, value, calledAt) {
      const held = memory.get(kind)
      if (held && (held.value !== value || held.since > calledAt)) return
      memory.delete(kind)
      refused.set(kind, value)
    },
  }
}
