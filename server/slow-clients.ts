import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * How long a client may take, in milliseconds, so that thousands of slow ones hold nothing that others need. The first
 * two are Node's and run from the first byte, or from the connection where none comes.
 */
export interface ClientLimits {
  /** all headers, or nothing at all */
  headers: number
  /** the whole request, body included; streams of rows have no such end */
  request: number
  /** a connection on which nothing moves, streams included */
  silence: number
  /** between two looks at the first two */
  look: number
  /** connections of one process; the next one is closed */
  connections: number
}

export const CLIENT_LIMITS: ClientLimits = {
  headers: 15_000,
  request: 30_000,
  silence: 120_000,
  look: 5_000,
  connections: 20_000,
}

const streaming = new WeakSet<Socket>()

/** Marks a request whose body may take as long as it likes while it moves: a stream of rows, let in by its key. */
export function mayTakeLong(request: FastifyRequest): void {
  const { socket } = request.raw
  streaming.add(socket)
  request.raw.once('close', () => streaming.delete(socket))
}

/**
 * What to do about a connection that broke HTTP or took too long: one bare status line, as nobody's code reads more.
 * Node tells of an overdue request once and leaves the rest to us.
 */
export function answerBrokenClient(
  this: FastifyInstance,
  error: Error & { code?: string },
  socket: Socket,
): void {
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  if (socket.destroyed || (isLate && streaming.has(socket))) return
  if (socket.writable && error.code !== 'ECONNRESET') {
    socket.write(
      `HTTP/1.1 ${statusOf(error.code)}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    )
  }
  socket.destroy(error)
}

function statusOf(code: string | undefined): string {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout'
  return code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
}
