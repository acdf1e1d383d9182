import type { FastifyInstance } from 'fastify'
import type { AppDeps } from '../../../server/deps.ts'
import type { Hostile } from './corpus.ts'
import { nothing, type Outcome } from './through-imports.ts'

interface Way {
  what: string
  request: (text: string) => { method: 'POST' | 'PATCH'; url: string; payload: object }
  /** the newest that was kept */
  kept: string
  params: string[]
}

/** Sends every text through what a guide writes down, and reads back what was kept. */
export async function keptByGuides(
  app: FastifyInstance,
  deps: AppDeps,
  who: { cookie: string; customerId: string; employeeId: string; groupId: string },
  texts: readonly Hostile[],
): Promise<Outcome> {
  const { customerId, employeeId, groupId, cookie } = who
  const customer = `/api/customers/${customerId}`
  const ways: Way[] = [
    {
      what: 'remark',
      request: (remark) => ({ method: 'PATCH', url: customer, payload: { remark } }),
      kept: 'select remark as kept from relation where customer_id = $1 and employee_id = $2',
      params: [customerId, employeeId],
    },
    {
      what: 'note',
      request: (text) => ({ method: 'POST', url: `${customer}/notes`, payload: { text } }),
      kept: 'select text as kept from note where customer_id = $1 order by id desc limit 1',
      params: [customerId],
    },
    {
      what: 'tag',
      request: (name) => ({ method: 'POST', url: '/api/tags', payload: { groupId, name } }),
      kept: 'select name as kept from tag where group_id = $1 order by id desc limit 1',
      params: [groupId],
    },
    {
      what: 'touch',
      request: (text) => ({
        method: 'POST',
        url: '/api/touches',
        payload: { customerId, channel: 'phone', text, result: 'sent' },
      }),
      kept: 'select text as kept from touch where customer_id = $1 order by id desc limit 1',
      params: [customerId],
    },
    {
      what: 'consent’s source',
      request: (source) => ({
        method: 'POST',
        url: `${customer}/consent`,
        payload: { consent: 'all', source },
      }),
      kept: 'select source as kept from consent where customer_id = $1 order by id desc limit 1',
      params: [customerId],
    },
  ]
  const outcome = nothing()
  for (const { what, request, kept, params } of ways) {
    for (const { text } of texts) {
      outcome.sent += 1
      const answer = await app.inject({ ...request(text), headers: { cookie } })
      if (answer.statusCode < 300) {
        const { rows } = await deps.db.pool.query<{ kept: string }>(kept, params)
        if (rows[0]?.kept === text) outcome.verbatim += 1
        else
          outcome.wrong.push(`${what}: ${JSON.stringify(text)} → ${JSON.stringify(rows[0]?.kept)}`)
      } else if (answer.statusCode < 500) outcome.refused += 1
      else outcome.wrong.push(`${what}: ${answer.statusCode} for ${JSON.stringify(text)}`)
    }
  }
  return outcome
}
