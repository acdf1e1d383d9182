import Fastify from 'fastify'
import pg from 'pg'
import { createReceiver } from '../../../bot/callbacks/receive.ts'
import { createMetrics } from '../../../bot/metrics.ts'
import { wecomCallbackRoutes } from '../../../server/api/wecom-callback/routes.ts'

/**
 * The callback's door alone, as a process that is there sooner than the whole assistant: the real receiver behind the
 * real route, without a spool. It listens when its parent says so, and answers with its address.
 */
const need = (name: string) => process.env[name] ?? ''
// prisma/db.ts's pool without Prisma, which takes longer to load than all the rest
const pool = new pg.Pool({ connectionString: need('DATABASE_URL'), connectionTimeoutMillis: 5_000 })
pool.on('error', () => undefined)
pool.on('connect', (client) => client.on('error', () => undefined))
const app = Fastify()
const receiver = createReceiver({
  pool,
  corpId: need('WECOM_CORP_ID'),
  token: need('WECOM_CALLBACK_TOKEN'),
  aesKey: need('WECOM_CALLBACK_AES_KEY'),
  metrics: createMetrics(),
})
await app.register(wecomCallbackRoutes, { receiver })
await app.ready()
process.once('message', () => {
  void app.listen({ port: 0, host: '127.0.0.1' }).then((address) => process.send?.({ address }))
})
process.once('disconnect', () => process.exit(0))
