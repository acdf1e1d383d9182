import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AppDeps } from '../../deps.ts'
import { NotReady } from '../../errors.ts'
import { checkReadiness } from './check-readiness.ts'
import { countQueued } from './count-queued.ts'

const Alive = Type.Object({ status: Type.Literal('ok') })
const Check = Type.String({ description: 'ok, or what is wrong' })
const Ready = Type.Object({ database: Check, migrations: Check, jobs: Check })
const tags = ['operations']

/** For load balancers and monitoring: no session, no secrets, no data of people. */
export const healthRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get('/health/live', { schema: { tags, response: { 200: Alive } } }, () => ({
    status: 'ok' as const,
  }))

  app.get('/health/ready', { schema: { tags, response: { 200: Ready } } }, async () => {
    const checks = await checkReadiness(deps.db)
    const wrong = Object.entries(checks).filter(([, state]) => state !== 'ok')
    if (wrong.length === 0) return checks
    throw new NotReady(wrong.map(([name, state]) => `${name}: ${state}`).join('; '))
  })

  app.get('/metrics', { schema: { tags, hide: true } }, async (_request, reply) => {
    await countQueued(deps.db, deps.metrics)
    return reply.type(deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics())
  })
}
