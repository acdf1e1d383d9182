import { Server } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** how long connections that are open have to send what is already on its way */
const DRAIN_MS = 500
const LOOK_MS = 20
/** how long those at the door are taken in, where new ones keep coming */
const WAITING_MS = 300

/**
 * Closes without cutting anybody off. Node closes idle connections as it stops listening, and resets those whose next
 * request is on its way; WeCom and proxies hold connections open, so under load there are always some. Here what still
 * comes on open connections is answered, and told to come back on a new one. Needs `return503OnClosing: false`.
 */
export const lastRequests = fp(
  async (app) => {
    app.addHook('preClose', async () => {
      await stopListening(app)
      const { server } = app
      const until = performance.now() + DRAIN_MS
      while ((await countConnections(server)) > 0) {
        if (performance.now() > until) server.closeIdleConnections()
        await sleep(LOOK_MS)
      }
    })
  },
  { name: 'last-requests' },
)

/**
 * Takes no more connections; those that are open stay. To be called before `app.close()`: from there on answers say
 * that the connection ends, and who comes back at once has to find the door shut, not half shut.
 */
export async function stopListening({ server }: FastifyInstance): Promise<void> {
  if (!server.listening) return
  await takeWaiting(server)
  if (!server.listening) return
  // the HTTP server's own `close` would close idle connections as well
  Server.prototype.close.call(server)
}

/**
 * Who is connected and not taken in yet would be cut off, perhaps since this process was busy. A turn of the event loop
 * takes one or a few of them; the first that takes none says that nobody is left.
 */
async function takeWaiting(server: Server): Promise<void> {
  const until = performance.now() + WAITING_MS
  let taken = 0
  const count = (): void => {
    taken += 1
  }
  server.on('connection', count)
  do {
    taken = 0
    await nextTurn()
    await nextTurn()
  } while (taken > 0 && performance.now() < until)
  server.off('connection', count)
}

function countConnections(server: Server): Promise<number> {
  return new Promise((done) => {
    server.getConnections((error, count) => done(error ? 0 : count))
  })
}
