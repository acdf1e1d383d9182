import pg from 'pg'
import pino from 'pino'
import { expect, it } from 'vitest'
import { watchOrphans } from '../../bot/orphaned-jobs.ts'
import { useDatabase } from '../support/database.ts'

const db = useDatabase()

it('a connection that says it broke after the watch has stopped ends nothing', async () => {
  const pool = new pg.Pool({ connectionString: db.url, max: 1 })
  pool.on('error', () => undefined)
  const clients: pg.PoolClient[] = []
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    clients.push(client)
  })
  const orphans = watchOrphans(pool, pino({ enabled: false }))
  await orphans.free()
  await orphans.stop()

  const [client] = clients
  expect(() => client?.emit('error', new Error('terminating connection'))).not.toThrow()

  expect(clients).toHaveLength(1)
  await pool.end()
})
