import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { request } from 'undici'

/** A request as it went over the wire. */
export interface Captured {
  method: 'POST'
  path: string
  body: string
}

/** Somebody on the wire: hands every request on and keeps a copy. */
export interface Recorder {
  captured: Captured[]
  close: () => Promise<void>
}

/**
 * Listens on `port` and hands what is posted on to `target`, word by word.
 *
 * @param target origin of the assistant
 */
export async function startRecorder(port: number, target: string): Promise<Recorder> {
  const captured: Captured[] = []
  const server: Server = createServer((incoming, outgoing) => {
    void (async () => {
      const one: Captured = {
        method: 'POST',
        path: incoming.url ?? '/',
        body: await text(incoming),
      }
      captured.push(one)
      outgoing.writeHead(await send(target, one)).end()
    })().catch(() => outgoing.destroy())
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    captured,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** Sends a captured request as it was; answers the status. */
export async function send(
  origin: string,
  { path, body }: Captured,
  headers: Record<string, string> = { 'content-type': 'text/xml' },
): Promise<number> {
  const answer = await request(`${origin}${path}`, { method: 'POST', body, headers })
  await answer.body.dump()
  return answer.statusCode
}
