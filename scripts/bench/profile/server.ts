import Fastify from 'fastify'
import { openDatabase } from '../../../prisma/db.ts'
import { createApp } from '../../../server/app.ts'
import { loadConfig } from '../../../server/config.ts'
import { createDeps } from '../../../server/deps.ts'
import { CHAIN_DAY } from '../chain.ts'
import { serveMeasured } from '../load/measured-server.ts'
import { BARE_STATEMENT } from './bare-statement.ts'

/** The process that is measured: `assistant`, the HTTP host as it is, or `bare`, one query behind one route. */
const config = loadConfig({ need: 'everything', envFile: '' })
const databaseUrl = config.databaseUrl ?? ''
if (process.argv[2] === 'bare') await bare()
else await assistant()

async function assistant(): Promise<void> {
  const ahead = Date.parse(`${CHAIN_DAY}T10:00:00+08:00`) - Date.now()
  const clock = { now: () => new Date(Date.now() + ahead) }
  const deps = createDeps(config, { databaseUrl, clock })
  await serveMeasured(await createApp(deps), {
    close: async () => {
      await deps.receiver.stop()
      await deps.db.close()
    },
  })
}

async function bare(): Promise<void> {
  const db = openDatabase(databaseUrl)
  const app = Fastify()
  app.get<{ Params: { id: string } }>('/api/customers/:id', async (request, reply) => {
    const { rows } = await db.pool.query<object>({
      name: 'profile',
      text: BARE_STATEMENT,
      values: [request.params.id, request.headers['x-userid'], CHAIN_DAY],
    })
    return rows[0] ?? reply.code(404).send()
  })
  await serveMeasured(app, { close: () => db.close() })
}
