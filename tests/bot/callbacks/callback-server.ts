import Fastify from 'fastify'
import { createReceiver } from '../../../bot/callbacks/receive.ts'
import { createMetrics } from '../../../bot/metrics.ts'
import { openDatabase } from '../../../prisma/db.ts'
import { wecomCallbackRoutes } from '../../../server/api/wecom-callback/routes.ts'
import { SAMPLE } from '../wecom/vectors.ts'

/** The callback's door as a process of its own, to be killed; its parent is told the port. */
const { pool } = openDatabase(process.env['DATABASE_URL'] ?? '')
const app = Fastify()
const receiver = createReceiver({ pool, ...SAMPLE, metrics: createMetrics() })
await app.register(wecomCallbackRoutes, { receiver })
const address = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.({ address })
