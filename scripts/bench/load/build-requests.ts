import { callbackRequest, customerEventXml } from '../../support/callback-request.ts'
import type { RequestPlan } from './messages.ts'

/** The bytes of each request, so that sending one is a write and nothing else. */
export function buildRequests(plan: RequestPlan): Buffer[] {
  if (plan.kind === 'get') return plan.requests.map(get)
  const { secrets, count } = plan
  return Array.from({ length: count }, (_, place) => {
    const { path, body } = callbackRequest(secrets, callbackXml(secrets.corpId, place))
    return Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/xml\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  })
}

/** The event of the callback at a place, as long as real ones are: 860 bytes in its envelope. */
export function callbackXml(corpId: string, place: number): string {
  const xml = customerEventXml(corpId, String(place).padStart(30, 'A'))
  return xml.replace('</xml>', `<State><![CDATA[${'store-0123/'.repeat(9)}]]></State></xml>`)
}

function get({ path, headers }: { path: string; headers: Record<string, string> }): Buffer {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
}
