import { readFileSync } from 'node:fs'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { projectFolder } from '../../project-folder.ts'
import { requireHeadquarters } from '../../session.ts'
import { EnvironmentView } from './schema.ts'

/** How the answering process is set up. For headquarters; what is secret is not in it. */
export const environmentRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (
  app,
  { deps },
) => {
  const { version } = JSON.parse(readFileSync(projectFolder('package.json'), 'utf8')) as {
    version: string
  }

  app.get(
    '/api/environment',
    {
      onRequest: requireHeadquarters,
      schema: { tags: ['settings'], response: { 200: EnvironmentView } },
    },
    () => ({
      version,
      corpId: deps.corpId,
      agentId: deps.agentId,
      publicUrl: deps.publicUrl,
      callbackUrl: `${deps.publicUrl}/wecom/callback`,
      zone: deps.zone,
      scanAt: deps.scanAt,
      pushAt: deps.pushAt,
      roles: deps.config.roles,
    }),
  )
}
