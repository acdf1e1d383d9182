import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkApiKey } from '../../../bot/members/api-keys.ts'
import type { BotDeps } from '../../../bot/deps.ts'
import { ApiKeyRefused } from '../../errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** name of the key, set by requireApiKey */
    apiKeyName: string
  }
}

/** Hook for the open API: runs before a body is read, so that a stranger's is never. */
export function requireApiKey(deps: BotDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const key = /^Bearer +([\w.-]{8,200})$/i.exec(request.headers.authorization ?? '')?.[1]
    const known = key ? await checkApiKey(deps.db.prisma, key, deps.clock.now()) : null
    if (!known) {
      void reply.header('www-authenticate', 'Bearer')
      throw new ApiKeyRefused()
    }
    request.apiKeyName = known.name
  }
}
