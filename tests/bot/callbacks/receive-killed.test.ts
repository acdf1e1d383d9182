import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { expect, it } from 'vitest'
import { CALLBACK_JOBS } from '../../../scripts/support/callback-jobs.ts'
import { useDatabase } from '../../support/database.ts'
import { callbackRequest, eventXml } from './callback-request.ts'

const db = useDatabase()

async function startServer(): Promise<{ process: ChildProcess; address: string }> {
  const file = fileURLToPath(new URL('callback-server.ts', import.meta.url))
  const child = fork(file, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: db.url },
  })
  const [message] = (await once(child, 'message')) as [{ address: string }]
  return { process: child, address: message.address }
}

it('loses nothing it acknowledged, and doubles nothing, when it is killed again and again', async () => {
  const acknowledged = new Set<string>()
  const sent = new Set<string>()
  let repeat: string[] = []

  for (let round = 0; round < 4; round += 1) {
    const server = await startServer()
    const dispatcher = new Agent({ connections: 32 })
    const deliver = async (xml: string): Promise<boolean> => {
      const { query, body } = callbackRequest(xml)
      const url = `${server.address}/wecom/callback?${new URLSearchParams(query).toString()}`
      try {
        const answer = await request(url, { method: 'POST', body, dispatcher })
        await answer.body.dump()
        if (answer.statusCode === 200) acknowledged.add(xml)
        return answer.statusCode === 200
      } catch {
        return false
      }
    }
    // what went unanswered is repeated, as WeCom does
    await Promise.all(repeat.map(deliver))
    let isOver = round === 3
    const killed = isOver
      ? sleep(0)
      : sleep(150 + Math.random() * 300).then(() => server.process.kill('SIGKILL'))
    let next = 0
    const unanswered: string[] = []
    const line = async (): Promise<void> => {
      while (!isOver) {
        const xml = eventXml(`${round}-${(next += 1)}`)
        sent.add(xml)
        if (await deliver(xml)) continue
        unanswered.push(xml)
        isOver = true
      }
    }
    await Promise.all([killed, ...Array.from({ length: 32 }, line)])
    repeat = unanswered
    server.process.kill('SIGKILL')
    await dispatcher.destroy()
  }

  const { rows } = await db.pool.query<{ xml: string; jobs: number }>(
    `select i.xml, (select count(*)::int from ${CALLBACK_JOBS} j
       where j.inbox_id = i.id::text) as jobs from inbox i`,
  )
  const stored = rows.map(({ xml }) => xml)
  expect(sent.size).toBeGreaterThan(100)
  expect([...acknowledged].filter((xml) => !stored.includes(xml))).toEqual([])
  expect([...sent].filter((xml) => !stored.includes(xml))).toEqual([])
  expect(new Set(stored).size).toBe(stored.length)
  expect(rows.every(({ jobs }) => jobs === 1)).toBe(true)
})
