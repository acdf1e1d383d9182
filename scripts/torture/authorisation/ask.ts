import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Asker } from './askers.ts'
import type { House } from './house.ts'
import { rowOf } from './matrix.ts'

/** One cell of the matrix, asked. */
export interface Asked {
  route: string
  asker: Asker
  answer: LightMyRequestResponse
  expected: number | '2xx'
  fits: boolean
}

/** The request of a route's row as somebody sends it, ready to be changed. */
export async function requestOf(
  house: House,
  route: string,
  asker: Asker,
): Promise<InjectOptions & { headers: Record<string, string> }> {
  const [method = '', path = ''] = route.split(' ')
  const made = await rowOf(route)?.request?.(house)
  return {
    // the route's own method, one of the verbs inject knows
    method: method as 'GET',
    url: path,
    ...made,
    // a row's own headers are text
    headers: { ...house.headers[asker], ...(made?.headers as Record<string, string> | undefined) },
  }
}

/** Asks one cell. @returns undefined for a route without a row */
export async function askCell(
  house: House,
  route: string,
  asker: Asker,
): Promise<Asked | undefined> {
  const row = rowOf(route)
  if (!row) return undefined
  const answer = await house.app.inject(await requestOf(house, route, asker))
  const expected = row.expected[asker]
  const fits =
    expected === '2xx'
      ? answer.statusCode >= 200 && answer.statusCode < 300
      : answer.statusCode === expected
  return { route, asker, answer, expected, fits }
}

/** A cell that does not fit, in words. */
export function complain({ route, asker, answer, expected }: Asked): string {
  return `${route} by ${asker}: ${answer.statusCode} for ${expected} ${answer.body.slice(0, 120)}`
}
