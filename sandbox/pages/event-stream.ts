import type { FastifyReply } from 'fastify'

const HEARTBEAT_MS = 15_000

/** Open server-sent event streams, ended together when the sandbox closes. */
export interface EventStreams {
  /** Starts one; `subscribe` gets how to push a line and returns how to stop. */
  open: (
    reply: FastifyReply,
    subscribe: (push: (data: object, event?: string) => void) => () => void,
  ) => void
  endAll: () => void
}

export function createEventStreams(): EventStreams {
  const open = new Set<() => void>()
  return {
    open: (reply, subscribe) => {
      reply.hijack()
      const raw = reply.raw
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'keep-alive',
      })
      raw.write(': hello\n\n')
      const stop = subscribe((data, event) => {
        raw.write(`${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`)
      })
      const heartbeat = setInterval(() => raw.write(': \n\n'), HEARTBEAT_MS)
      const end = () => {
        if (!open.delete(end)) return
        clearInterval(heartbeat)
        stop()
        raw.end()
      }
      open.add(end)
      raw.on('close', end)
    },
    endAll: () => {
      for (const end of open) end()
    },
  }
}
