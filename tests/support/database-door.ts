import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to the database that can be shut: connections are cut, new ones refused. */
export interface Door {
  url: string
  shut: () => Promise<void>
  open: () => Promise<void>
  close: () => void
}

/** Opens a way to the database of `url`; `url` of the answer leads through it. */
export async function doorTo(url: string): Promise<Door> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  const open = async () => {
    server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname)
      for (const socket of [near, far]) {
        sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => {
          sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
      }
      near.pipe(far).pipe(near)
    })
    const opening = server
    await new Promise<void>((done) => opening.listen(port, '127.0.0.1', done))
    const address = opening.address()
    if (address && typeof address === 'object') port = address.port
  }
  const shut = () =>
    new Promise<void>((done) => {
      server?.close(() => done())
      for (const socket of sockets) socket.destroy()
    })
  await open()
  const through = new URL(url)
  through.port = String(port)
  return { url: through.toString(), shut, open, close: () => void shut() }
}
