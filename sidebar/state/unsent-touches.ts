import type { NewTouch } from '../../server/api/touches/schema.ts'
import { ApiError } from '../api.ts'

type KeyedTouch = NewTouch & { clientKey: string }

export interface TouchStore {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface UnsentTouches {
  /** 'kept' means: written down here and repeated later. Rejects only when the server refuses the touch for good. */
  record: (touch: KeyedTouch) => Promise<'recorded' | 'kept'>
  /** Repeats what is kept, oldest first; answers how many are still kept. */
  flush: () => Promise<number>
  readonly size: number
}

/**
 * The log of sent messages that the server doesn't know of yet, one list per signed-in person. A touch is written
 * here before it is posted and taken out after the answer, so a lost connection or a closed page loses none; its
 * clientKey makes the repeats one touch (contracts.md, POST /api/touches).
 */
export function createUnsentTouches(options: {
  store: TouchStore
  userid: string
  post: (touch: KeyedTouch) => Promise<unknown>
}): UnsentTouches {
  const { store, userid, post } = options
  const key = `unsent-touches:${userid}`
  const inFlight = new Set<string>()
  let memory: KeyedTouch[] = []

  function read(): KeyedTouch[] {
    try {
      const kept: unknown = JSON.parse(store.getItem(key) ?? '[]')
      return Array.isArray(kept) ? merge(kept.filter(isKeyedTouch), memory) : memory
    } catch {
      return memory
    }
  }

  function write(touches: KeyedTouch[]): void {
    try {
      if (touches.length === 0) store.removeItem(key)
      else store.setItem(key, JSON.stringify(touches))
      memory = []
    } catch {
      // storage full or forbidden: keep it as long as the page lives
      memory = touches
    }
  }

  const remove = (clientKey: string) =>
    write(read().filter((touch) => touch.clientKey !== clientKey))

  async function attempt(touch: KeyedTouch): Promise<'recorded' | 'kept'> {
    if (inFlight.has(touch.clientKey)) return 'kept'
    inFlight.add(touch.clientKey)
    try {
      await post(touch)
      remove(touch.clientKey)
      return 'recorded'
    } catch (error) {
      if (error instanceof ApiError && !error.passing) {
        remove(touch.clientKey)
        throw error
      }
      return 'kept'
    } finally {
      inFlight.delete(touch.clientKey)
    }
  }

  return {
    get size() {
      return read().length
    },
    record(touch) {
      write(merge(read(), [touch]))
      return attempt(touch)
    },
    async flush() {
      for (const touch of read()) {
        const result = await attempt(touch).catch(() => 'refused')
        if (result === 'kept') break
      }
      return read().length
    },
  }
}

function merge(one: KeyedTouch[], other: KeyedTouch[]): KeyedTouch[] {
  const known = new Set(one.map((touch) => touch.clientKey))
  return [...one, ...other.filter((touch) => !known.has(touch.clientKey))]
}

function isKeyedTouch(value: unknown): value is KeyedTouch {
  return (
    typeof value === 'object' &&
    value !== null &&
    'clientKey' in value &&
    typeof value.clientKey === 'string' &&
    'customerId' in value
  )
}

/** A key of this browser's own: 32 hex digits. Works on plain http too, where randomUUID does not exist. */
export function newClientKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
