import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { callbackRequest, secretsOf } from '../../support/callback-request.ts'
import type { PagesWorld } from '../../support/pages-world.ts'
import type { Hostile } from './corpus.ts'
import { nothing, type Outcome } from './through-imports.ts'

/** A message that a guide wrote to the app, with a button's key, a state and a name of the same text. */
function xmlOf(corpId: string, userid: string, text: string): string {
  const data = (value: string) => `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  return `<xml><ToUserName>${data(corpId)}</ToUserName><FromUserName>${data(userid)}</FromUserName><CreateTime>1403610513</CreateTime><MsgType>${data('text')}</MsgType><Content>${data(text)}</Content><State>${data(text)}</State><EventKey>${data(text)}</EventKey><MsgId>${Math.floor(Math.random() * 1e15)}</MsgId><AgentID>1000002</AgentID></xml>`
}

/** Sends every text as WeCom would, signed, and waits until each is worked off. */
export async function throughCallbacks(
  world: PagesWorld,
  userid: string,
  texts: readonly Hostile[],
): Promise<Outcome> {
  const secrets = secretsOf(world.environment)
  const outcome = nothing()
  const sent: string[] = []
  for (const { text } of texts) {
    outcome.sent += 1
    const xml = xmlOf(secrets.corpId, userid, text.toWellFormed())
    const { path, body } = callbackRequest(secrets, xml)
    const answer = await request(`${world.assistantUrl}${path}`, { method: 'POST', body })
    await answer.body.dump()
    if (answer.statusCode === 200) sent.push(xml)
    else if (answer.statusCode < 500) outcome.refused += 1
    else outcome.wrong.push(`${answer.statusCode} for ${JSON.stringify(text)}`)
  }
  const { pool } = world.deps.db
  const until = Date.now() + 20_000
  for (;;) {
    const { rows } = await pool.query<{ xml: string; outcome: string | null }>(
      'select xml, outcome from inbox where processed_at is not null',
    )
    const done = new Set(rows.map(({ xml }) => xml))
    const open = sent.filter((xml) => !done.has(xml) && !done.has(xml.replaceAll('\0', '')))
    if (open.length === 0 || Date.now() > until) {
      outcome.verbatim = sent.filter((xml) => done.has(xml)).length
      outcome.refused += sent.length - open.length - outcome.verbatim
      outcome.wrong.push(...open.map((xml) => `not worked off: ${xml.slice(200, 320)}`))
      return outcome
    }
    await sleep(100)
  }
}
