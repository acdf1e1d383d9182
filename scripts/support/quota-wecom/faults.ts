import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What WeCom, or what stands between, may do instead of answering well. */
export type Fault =
  | { kind: 'errcode'; errcode: number }
  | { kind: 'status'; status: number }
  /** 200 with this body */
  | { kind: 'text'; text: string }
  /** the line is cut */
  | { kind: 'reset' }
  /** no answer; the line stays */
  | { kind: 'stall' }
  /** headers, then a blank each 50 ms and never an end */
  | { kind: 'drip' }

/** Where the deed is done all the same, and only the answer is lost. */
export interface ScriptedFault {
  fault: Fault
  after: boolean
}

/** Which of the next calls go wrong, by path. */
export interface FaultScript {
  /** the next `times` calls of `path` go wrong so */
  add: (path: string, fault: Fault, times: number, options?: { after?: boolean }) => void
  take: (path: string) => ScriptedFault | undefined
  /** how many are still to happen */
  left: () => number
  clear: () => void
}

export function createFaultScript(): FaultScript {
  let waiting: { path: string; fault: Fault; after: boolean; times: number }[] = []
  return {
    add(path, fault, times, { after = false } = {}) {
      waiting.push({ path, fault, after, times })
    },
    take(path) {
      const found = waiting.find((one) => one.path === path)
      if (!found) return undefined
      found.times -= 1
      if (found.times <= 0) waiting = waiting.filter((one) => one !== found)
      return found
    },
    left: () => waiting.reduce((sum, { times }) => sum + times, 0),
    clear: () => {
      waiting = []
    },
  }
}

/** Makes the fault happen on one exchange. */
export function misbehave(fault: Fault, socket: Socket, response: ServerResponse): void {
  switch (fault.kind) {
    case 'errcode':
      response.end(JSON.stringify({ errcode: fault.errcode, errmsg: 'as asked' }))
      return
    case 'status':
      response.writeHead(fault.status).end('<html>not here</html>')
      return
    case 'text':
      response.end(fault.text)
      return
    case 'reset':
      socket.resetAndDestroy()
      return
    case 'stall':
      return
    case 'drip': {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(timer))
    }
  }
}
