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

/** One person's requests. */
interface Turns {
  underWay: number
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
      if (turns.underWay === 0) people.delete(userid)
    }

    app.addHook('onRequest', (request, reply, next) => {
      const userid = request.session.get('userid')
      if (userid === undefined || !request.url.startsWith('/api/')) {
        next()
        return
      }
      const begin = (): void => {
        reply.raw.once('close', () => {
          if (reply.raw.writableEnded) end(userid)
          else setTimeout(end, LEFT_MS, userid).unref()
        })
        next()
      }
      const refuse = (): void => {
        void reply.header('retry-after', '1')
        next(new TooManyRequests('1 秒'))
      }

      const turns = people.get(userid) ?? { underWay: 0, waiting: [] }
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
    done()
  },
  { name: 'at-once', dependencies: ['session-cookie'] },
)
