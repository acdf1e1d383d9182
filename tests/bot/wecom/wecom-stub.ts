import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that reached the stub. */
export interface StubCall {
  path: string
  token: string | null
  query: URLSearchParams
  body: unknown
}

/** What the stub does: answers JSON, answers raw text with a status, waits first, or cuts the line. */
export interface StubAnswer {
  json?: unknown
  text?: string
  status?: number
  delayMs?: number
  reset?: boolean
  /** sends a byte each 50 ms and never ends */
  drip?: boolean
}

export interface WecomStub {
  url: string
  calls: StubCall[]
  /** calls of one path */
  count: (path: string) => number
  close: () => Promise<void>
}

/** WeCom's side of the wire on a free port, answering by script; for the client's own tests only. */
export async function startWecomStub(
  answer: (call: StubCall, nth: number) => StubAnswer,
): Promise<WecomStub> {
  const calls: StubCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stub')
      const text = Buffer.concat(chunks).toString()
      const call: StubCall = {
        path: url.pathname,
        token: url.searchParams.get('access_token'),
        query: url.searchParams,
        body: text === '' ? undefined : JSON.parse(text),
      }
      calls.push(call)
      const nth = calls.filter(({ path }) => path === call.path).length
      const { json, text: raw, status = 200, delayMs = 0, reset, drip } = answer(call, nth)
      setTimeout(() => {
        if (reset) request.socket.resetAndDestroy()
        else if (drip) dripSlowly(response)
        else
          response
            .writeHead(status)
            .end(raw ?? JSON.stringify(json ?? { errcode: 0, errmsg: 'ok' }))
      }, delayMs)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    count: (path) => calls.filter((call) => call.path === path).length,
    close: () => closeServer(server),
  }
}

function dripSlowly(response: {
  write: (text: string) => boolean
  on: (event: 'close', f: () => void) => unknown
}): void {
  const timer = setInterval(() => response.write(' '), 50)
  response.on('close', () => clearInterval(timer))
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
