import { Pool } from 'undici'
import { callbackRequest, type CallbackSecrets } from '../../support/callback-request.ts'

/** Posts callbacks to servers as WeCom does. */
export interface Deliverer {
  /** one delivery to one of the servers; repeated up to three times where it is not acknowledged */
  post: (xml: string, server: number) => Promise<boolean>
  /** deliveries that were not acknowledged at first */
  repeated: () => number
  close: () => Promise<void>
}

const REPEATS = 3

/**
 * @param urls of the servers
 * @param options.connections to each server
 */
export function createDeliverer(
  urls: readonly string[],
  secrets: CallbackSecrets,
  options: { connections?: number } = {},
): Deliverer {
  const pools = urls.map((url) => new Pool(url, { connections: options.connections ?? 32 }))
  let again = 0
  const once = async (pool: Pool, xml: string): Promise<boolean> => {
    const { path, body } = callbackRequest(secrets, xml)
    try {
      const answer = await pool.request({
        path,
        method: 'POST',
        body,
        headers: { 'content-type': 'text/xml' },
      })
      await answer.body.text()
      return answer.statusCode === 200
    } catch {
      return false
    }
  }
  return {
    post: async (xml, server) => {
      const pool = pools[server % pools.length]
      if (!pool) throw new Error('no server to deliver to')
      for (let repeat = 0; ; repeat += 1) {
        if (await once(pool, xml)) return true
        if (repeat === REPEATS) return false
        again += 1
        await new Promise((resume) => setTimeout(resume, 200))
      }
    },
    repeated: () => again,
    close: async () => {
      await Promise.all(pools.map((pool) => pool.close()))
    },
  }
}

/** Runs `work` for each item, `width` at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, place: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    for (;;) {
      const place = next
      next += 1
      const item = items[place]
      if (place >= items.length || item === undefined) return
      await work(item, place)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
}
