import Fastify from 'fastify'
import { createApp } from '../../../server/app.ts'
import { loadConfig } from '../../../server/config.ts'
import { createDeps } from '../../../server/deps.ts'
import { serveMeasured } from '../load/measured-server.ts'

/** The process that is measured: `durable`, the assistant's HTTP host as it is, or `bare`, a POST of the same body. */
if (process.argv[2] === 'bare') await bare()
else await durable()

async function durable(): Promise<void> {
  const config = loadConfig({ need: 'everything', envFile: '' })
  const deps = createDeps(config, { databaseUrl: config.databaseUrl ?? '' })
  await serveMeasured(await createApp(deps), {
    close: async () => {
      await deps.receiver.stop()
      await deps.db.close()
    },
  })
}

async function bare(): Promise<void> {
  const app = Fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/wecom/callback', (_request, reply) => reply.send())
  await serveMeasured(app)
}
