import type { FastifyInstance } from 'fastify'
import type { World } from '../core/world.ts'
import { needMember } from '../ui/request.ts'
import { UiError } from '../ui/ui-error.ts'

/**
 * GET /sandbox/ui/open?as&to: where the client window's iframe starts. Remembers whose window it is and signs
 * that person in anew — a session of the person opened before would otherwise still be there.
 */
export function openRoute(app: FastifyInstance, world: World): void {
  app.get('/sandbox/ui/open', (request, reply) => {
    const { as = '', to = '/' } = request.query as { as?: string; to?: string }
    const member = needMember(world, as)
    const login = new URL('/auth/login', world.appUrl)
    login.searchParams.set('to', pathWithin(world, to))
    const cookie = `sandbox_as=${encodeURIComponent(member.userid)}; Path=/; HttpOnly; SameSite=Lax`
    return reply
      .header('cache-control', 'no-store')
      .header('set-cookie', cookie)
      .redirect(login.href, 302)
  })
}

/** Path, query and hash of an address of the assistant; refuses anybody else's. */
function pathWithin(world: World, to: string): string {
  const url = URL.canParse(to, world.appUrl.href) ? new URL(to, world.appUrl) : undefined
  if (url?.origin !== world.appUrl.origin) throw new UiError(400, 'to 不是助手的地址')
  return `${url.pathname}${url.search}${url.hash}`
}
