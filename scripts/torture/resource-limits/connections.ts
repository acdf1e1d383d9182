import { connect, type Socket } from 'node:net'

/** Connections of somebody who means no good. */
export interface Crowd {
  /** connections that the server took */
  taken: number
  /** of those, still open */
  open: () => number
  end: () => void
}

/** What each connection says after the last: nothing more where there is nothing left. */
export type Drip = (nth: number) => string | undefined

/**
 * Opens many connections, at most 500 at a time, and lets each say its `drip` every 400 ms.
 *
 * @param drip undefined at once: it never says anything
 */
export async function gather(port: number, count: number, drip: Drip): Promise<Crowd> {
  const sockets: Socket[] = []
  let open = 0
  let taken = 0
  for (let from = 0; from < count; from += 500) {
    const group = Array.from({ length: Math.min(500, count - from) }, () => {
      const socket = connect({ port, host: '127.0.0.1' })
      sockets.push(socket)
      // what it is told is read and thrown away: else it would not notice the end
      socket.resume()
      socket.on('error', () => undefined)
      return new Promise<void>((settled) => {
        socket.once('connect', () => {
          taken += 1
          open += 1
          socket.once('close', () => (open -= 1))
          settled()
        })
        socket.once('close', () => settled())
      })
    })
    await Promise.all(group)
  }
  let nth = 0
  const timer = setInterval(() => {
    const text = drip((nth += 1))
    if (text === undefined) return
    for (const socket of sockets) if (socket.writable) socket.write(text)
  }, 400)
  const first = drip(0)
  if (first !== undefined) for (const socket of sockets) if (socket.writable) socket.write(first)
  return {
    taken,
    open: () => open,
    end: () => {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
    },
  }
}

export const SILENT: Drip = () => undefined
/** one header line more each time */
export const SLOW_HEADERS: Drip = (nth) =>
  nth === 0 ? 'GET /api/me HTTP/1.1\r\nhost: a\r\n' : `x-${nth}: y\r\n`
/** one byte more each time, of a body that anybody may begin */
export const SLOW_BODY: Drip = (nth) =>
  nth === 0
    ? 'POST /wecom/callback?msg_signature=a&timestamp=1&nonce=2 HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n'
    : 'x'
