import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { findSignedIn, type SignedIn } from '../../session.ts'
import type { AppDeps } from '../../deps.ts'
import { PLAIN_PAGE_STYLE, plainPage } from './plain-page.ts'

type PageName = 'sidebar' | 'desk' | 'console'

const ADDRESSES: readonly { page: PageName; address: string }[] = [
  { page: 'sidebar', address: '/sidebar' },
  { page: 'desk', address: '/desk' },
  { page: 'console', address: '/console' },
  // its own pages (sidebar/pages/Console/console-pages.ts)
  { page: 'console', address: '/console/*' },
]

/** The three pages and the way to yours. Without a session they lead through the sign-in and back. */
export const pageRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const whoIs = async (request: FastifyRequest): Promise<SignedIn | undefined> => {
    const userid = request.session.get('userid')
    return userid ? findSignedIn(deps.db, userid) : undefined
  }

  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    const user = await whoIs(request)
    if (!user) return reply.redirect('/auth/login?to=%2F')
    return reply.redirect(user.role === 'guide' ? '/desk' : '/console')
  })

  for (const { page, address } of ADDRESSES) {
    app.get(address, { schema: { hide: true } }, async (request, reply) => {
      const user = await whoIs(request)
      if (!user) return reply.redirect(`/auth/login?to=${encodeURIComponent(request.url)}`)
      // guides have no console; the desk is theirs
      if (page === 'console' && user.role === 'guide') return reply.redirect('/desk')
      return sendPage(deps, page, request, reply)
    })
  }

  app.get('/pages.css', { schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/css; charset=utf-8')
      .header('cache-control', 'max-age=86400')
      .send(PLAIN_PAGE_STYLE),
  )
}

async function sendPage(
  deps: AppDeps,
  page: PageName,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  void reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
  let html: string
  try {
    html = await readFile(join(deps.sidebarDir, `${page}.html`), 'utf8')
  } catch {
    return reply.code(503).send(
      plainPage({
        title: '页面还没有构建',
        text: 'The pages are not built yet. Run: npm run build',
        requestId: request.id,
      }),
    )
  }
  return reply.send(deps.clientBridgeUrl ? withBridge(html, deps.clientBridgeUrl) : html)
}

/** The demo's page plays inside the sandbox's window: its bridge must be there before the SDK looks for it. */
function withBridge(html: string, bridgeUrl: string): string {
  return html.replace('<head>', `<head>\n    <script src="${encodeURI(bridgeUrl)}"></script>`)
}
