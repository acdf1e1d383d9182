import { request } from 'undici'

/** A list route that gave more than it may, or didn't mind being asked for everything. */
export interface CapReport {
  lists: string[]
  wrong: string[]
}

/** most entries of one page, whoever asks */
const MOST = 1000
const TOO_MUCH = 1_000_000

interface Operation {
  parameters?: { name: string; in: string; schema?: { maximum?: number } }[]
  responses?: Record<
    string,
    {
      content?: Record<
        string,
        { schema?: { properties?: Record<string, unknown>; allOf?: unknown[] } }
      >
    }
  >
}

/**
 * Asks every list route of the API's own description for everything at once. A `limit` over its maximum is refused; a
 * list without one gives a page of its own size whatever it is asked.
 *
 * @param path fills in a path's parameters and what a query must have
 */
export async function checkPageCaps(
  url: string,
  ask: { path: (route: string) => string; headers: (route: string) => Record<string, string> },
): Promise<CapReport> {
  const answer = await request(`${url}/docs/json`)
  const { paths } = (await answer.body.json()) as { paths: Record<string, { get?: Operation }> }
  const lists: string[] = []
  const wrong: string[] = []
  for (const [route, { get }] of Object.entries(paths)) {
    if (!get || !isList(get)) continue
    lists.push(route)
    const limit = get.parameters?.find(({ name }) => name === 'limit')
    const address = new URL(ask.path(route), url)
    address.searchParams.set('limit', String(TOO_MUCH))
    const greedy = await request(address, { headers: ask.headers(route) })
    const body = (await greedy.body.json()) as { items?: unknown[]; nextCursor?: unknown }
    const status = greedy.statusCode
    if (limit) {
      if (limit.schema?.maximum === undefined || limit.schema.maximum > MOST || status !== 400)
        wrong.push(`${route}: ${status} for a limit of ${TOO_MUCH}`)
    } else if (status !== 200 && status !== 400) wrong.push(`${route}: ${status}`)
    else if ((body.items?.length ?? 0) > MOST) wrong.push(`${route}: ${body.items?.length} entries`)
    else if (status === 200 && route === '/api/tasks' && typeof body.nextCursor !== 'string')
      wrong.push(`${route}: all tasks in one page`)
  }
  return { lists, wrong }
}

/** Whether its answer is a page: `items` and `nextCursor`. */
function isList(operation: Operation): boolean {
  return JSON.stringify(operation.responses?.['200'] ?? {}).includes('"nextCursor"')
}
