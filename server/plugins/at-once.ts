import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { TooManyRequests } from '../errors.ts'

/** most requests of one person under way: a page asks for five or six things */
const AT_ONCE = 8
/** most that wait their turn behind those: a short burst is answered, a flood is not */
const WAITING = 32
/** how long one waits at most, so that waiting and its own time limit together stay bearable (server/deps.ts) */
const PATIENCE_MS = 1_000
/** how long one that its caller left still counts: the database may be at it (server/deps.ts) */
const LEFT_MS = 5_000

/** most streams of events of one person: a few pages in a few windows */
const STREAMS = 16

declare module 'fastify' {
  interface FastifyContextConfig {
    /** answers with a stream that stays open: once that has begun it is nobody's turn */
    isStream?: true
  }
}

/** One person's requests. */
interface Turns {
  underWay: number
  streams: number
  /** first come, first served; each begins its request */
  waiting: (() => void)[]
}

/** Nobody takes all the connections of the database: some requests of one person at once, others in their turn. */
export const atOnce = fp(
  (app, _options, done) => {
    const people = new Map<string, Turns>()
    /** A turn is over: the next one has it. */
    const end = (userid: string): void => {
      const turns = people.get(userid)
      if (!turns) return
      const next = turns.waiting.shift()
      if (next) {
        next()
        return
      }
      turns.underWay -= 1
      forget(userid, turns)
    }
    const forget = (userid: string, { underWay, streams }: Turns): void => {
      if (underWay + streams === 0) people.delete(userid)
    }
    /** what ends the turn of a request, once */
    const turnOf = new WeakMap<FastifyRequest, () => void>()

    app.addHook('onRequest', (request, reply, next) => {
      const userid = request.session.get('userid')
      if (userid === undefined || !request.url.startsWith('/api/')) {
        next()
        return
      }
      const begin = (): void => {
        let isOver = false
        const over = (): void => {
          if (!isOver) end(userid)
          isOver = true
        }
        turnOf.set(request, over)
        reply.raw.once('close', () => {
          if (reply.raw.writableEnded) over()
          else setTimeout(over, LEFT_MS).unref()
        })
        next()
      }
      const refuse = (): void => {
        void reply.header('retry-after', '1')
        next(new TooManyRequests('1 秒'))
      }

      const turns = people.get(userid) ?? { underWay: 0, streams: 0, waiting: [] }
      if (request.routeOptions.config.isStream) {
        if (turns.streams >= STREAMS) {
          refuse()
          return
        }
        turns.streams += 1
        reply.raw.once('close', () => {
          turns.streams -= 1
          forget(userid, turns)
        })
      }
      people.set(userid, turns)
      if (turns.underWay < AT_ONCE) {
        turns.underWay += 1
        begin()
      } else if (turns.waiting.length < WAITING) {
        const stop = (): void => {
          clearTimeout(timer)
          reply.raw.off('close', giveUp)
        }
        const take = (): void => {
          stop()
          begin()
        }
        // its time is up, or its caller has left
        const giveUp = (): void => {
          stop()
          turns.waiting.splice(turns.waiting.indexOf(take), 1)
          refuse()
        }
        const timer = setTimeout(giveUp, PATIENCE_MS)
        reply.raw.once('close', giveUp)
        turns.waiting.push(take)
      } else {
        refuse()
      }
    })

    app.addHook('onSend', (request, _reply, _payload, next) => {
      if (request.routeOptions.config.isStream) turnOf.get(request)?.()
      next()
    })
    done()
  },
  { name: 'at-once', dependencies: ['session-cookie'] },
)
