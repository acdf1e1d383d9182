import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../../deps.ts'
import { UrlNotOurs } from '../../errors.ts'
import { Jssdk, JssdkQuery } from './schema.ts'
import { signPage } from './sign.ts'

/** Signatures for ww.register. The tickets themselves never leave the server. */
export const jssdkRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  app.get(
    '/api/jssdk',
    { schema: { tags: ['me'], querystring: JssdkQuery, response: { 200: Jssdk } } },
    async (request): Promise<Jssdk> => {
      const { url } = request.query
      if (!isBelow(url, deps.publicUrl)) throw new UrlNotOurs(deps.publicUrl)
      const [companyTicket, appTicket] = await Promise.all([
        deps.wecom.token('jsapi_ticket'),
        deps.wecom.token('agent_ticket'),
      ])
      const seconds = Math.floor(deps.clock.now().getTime() / 1000)
      return {
        corpId: deps.corpId,
        agentId: deps.agentId,
        config: signPage(companyTicket, url, seconds),
        agentConfig: signPage(appTicket, url, seconds),
      }
    },
  )
}

/** Whether a page lies below an address: the same origin, and its path starts with the address's. */
function isBelow(page: string, address: string): boolean {
  if (!URL.canParse(page)) return false
  const url = new URL(page)
  const base = new URL(address)
  const folder = base.pathname.replace(/\/*$/, '/')
  return url.origin === base.origin && !url.username && `${url.pathname}/`.startsWith(folder)
}
