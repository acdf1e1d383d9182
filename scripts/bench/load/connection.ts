import { connect, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'
const BUFFER_BYTES = 64 * 1024

/** One kept-alive HTTP/1.1 connection with one request under way at a time. */
export interface Connection {
  /** Sends a whole request; `done` is told the answer's status once all of its body has come. */
  send: (request: Uint8Array, done: (status: number) => void) => void
  close: () => void
}

/**
 * Opens a connection that costs its own process as little as Node allows, so that on the same machine the server is
 * measured and not the client: it reads into one buffer, and reads no more of an answer than status and length.
 *
 * @param fail is told when the server hangs up or answers what can't be read
 */
export function openConnection(port: number, fail: (why: Error) => void): Promise<Connection> {
  let done: ((status: number) => void) | undefined
  let status = 0
  let head = ''
  let bodyLeft = 0
  let closing = false

  function finish(): void {
    const tell = done
    done = undefined
    head = ''
    tell?.(status)
  }

  function read(bytes: number, buffer: Uint8Array): void {
    if (bodyLeft > 0) {
      bodyLeft -= bytes
    } else {
      head += Buffer.from(buffer.buffer, buffer.byteOffset, bytes).toString('latin1')
      const end = head.indexOf(HEAD_END)
      if (end < 0) return
      status = Number(head.slice(9, 12))
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
      if (length === undefined) {
        fail(new Error('an answer without its length'))
        return
      }
      bodyLeft = Number(length) - (head.length - end - HEAD_END.length)
    }
    if (bodyLeft === 0) finish()
  }

  return new Promise((opened) => {
    const socket: Socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(BUFFER_BYTES),
        callback: (bytes, buffer) => {
          read(bytes, buffer)
          return true
        },
      },
    })
    socket.on('error', fail)
    socket.on('close', () => {
      if (!closing) fail(new Error('the server hung up'))
    })
    socket.on('connect', () =>
      opened({
        send(request, whenDone) {
          done = whenDone
          socket.write(request)
        },
        close() {
          closing = true
          socket.destroy()
        },
      }),
    )
  })
}
