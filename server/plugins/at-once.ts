import fp from 'fastify-plugin'
import { TooManyRequests } from '../errors.ts'

/** most requests of one person under way: a page asks for five or six things */
const AT_ONCE = 8
/** how long one that its caller left still counts: the database may be at it (server/deps.ts) */
const LEFT_MS = 5_000

/** Nobody takes all the connections of the database: some requests of one person at once, no more. */
export const atOnce = fp(
  (app, _options, done) => {
    const underWay = new Map<string, number>()
    const end = (userid: string): void => {
      const others = (underWay.get(userid) ?? 1) - 1
      if (others > 0) underWay.set(userid, others)
      else underWay.delete(userid)
    }

    app.addHook('onRequest', (request, reply, next) => {
      const userid = request.session.get('userid')
      if (userid === undefined || !request.url.startsWith('/api/')) {
        next()
        return
      }
      const others = underWay.get(userid) ?? 0
      if (others >= AT_ONCE) {
        void reply.header('retry-after', '1')
        next(new TooManyRequests('1 秒'))
        return
      }
      underWay.set(userid, others + 1)
      reply.raw.once('close', () => {
        if (reply.raw.writableEnded) end(userid)
        else setTimeout(end, LEFT_MS, userid).unref()
      })
      next()
    })
    done()
  },
  { name: 'at-once', dependencies: ['session-cookie'] },
)
