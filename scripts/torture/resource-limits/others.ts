import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'

/** Somebody signed in and the customer they look at. */
export interface Person {
  cookie: string
  customerId: string
}

/** What the others saw. */
export interface Seen {
  /** of each answered request */
  milliseconds: number[]
  /** answers that were no 200, and requests without one */
  failed: number
}

export const EVERY_MS = 8

/** Everybody else's usual work: profiles, one every 8 ms, by another guide each time, whether or not the last came. */
export class Others {
  readonly #pool: Pool
  readonly #people: readonly Person[]
  #next = 0

  constructor(url: string, people: readonly Person[]) {
    this.#pool = new Pool(url, { connections: 16 })
    this.#people = people
  }

  /** Works for so long and tells what it saw. */
  async work(ms: number): Promise<Seen> {
    const seen: Seen = { milliseconds: [], failed: 0 }
    const asked: Promise<void>[] = []
    const until = performance.now() + ms
    for (let due = performance.now(); due < until; due += EVERY_MS) {
      await sleep(Math.max(0, due - performance.now()))
      asked.push(this.#ask(seen))
    }
    await Promise.all(asked)
    return seen
  }

  async #ask(seen: Seen): Promise<void> {
    const person = this.#people[(this.#next += 1) % this.#people.length]
    if (!person) return
    const began = performance.now()
    try {
      const answer = await this.#pool.request({
        method: 'GET',
        path: `/api/customers/${person.customerId}`,
        headers: { cookie: person.cookie },
      })
      await answer.body.dump()
      seen.milliseconds.push(performance.now() - began)
      if (answer.statusCode !== 200) seen.failed += 1
    } catch {
      seen.failed += 1
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }
}
