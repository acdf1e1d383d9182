interface Refusal {
  refused: { status: number; code: string; message: string; field?: string } | 'offline'
}

export interface Call {
  method: string
  path: string
  body: unknown
}

/** Answers of one server: `METHOD /path` (query left out) → a body or a refusal. */
export type Routes = Record<string, unknown>

/** A refusal in the shape of every failed call. */
export function refusal(status: number, code: string, message: string, field?: string): Refusal {
  return { refused: { status, code, message, ...(field !== undefined && { field }) } }
}

export const offline: Refusal = { refused: 'offline' }

/** A `fetch` that answers from a table and keeps what it was asked. Unknown routes are 404. */
export function createFakeServer(routes: Routes) {
  const calls: Call[] = []

  async function fakeFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const path = input instanceof Request ? input.url : input.toString()
    const call: Call = {
      method: init?.method ?? 'GET',
      path,
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : null,
    }
    calls.push(call)
    const answer = routes[`${call.method} ${path.replace(/\?.*$/, '')}`]
    if (isRefusal(answer)) {
      if (answer.refused === 'offline') throw new TypeError('Failed to fetch')
      const { status, ...said } = answer.refused
      return json({ ...said, requestId: 'req-1' }, status)
    }
    if (answer === undefined) {
      return json({ code: 'UNKNOWN_ROUTE', message: 'no such route', requestId: 'req-0' }, 404)
    }
    return json(answer, 200)
  }

  return {
    fetch: fakeFetch,
    calls,
    routes,
    /** bodies of the calls to one route, in order */
    sentTo: (route: string) =>
      calls
        .filter((call) => `${call.method} ${call.path.replace(/\?.*$/, '')}` === route)
        .map((call) => call.body),
  }
}

function json(body: unknown, status: number): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json' },
  })
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value
}
