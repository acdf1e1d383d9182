import { existsSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import fp from 'fastify-plugin'

/**
 * The built pages' scripts and styles. Their names carry a hash of their content: they never change. The build packed
 * them (sidebar/vite/compressed-assets.ts); a browser gets brotli or gzip where it takes them.
 * @see https://github.com/fastify/fastify-static
 */
export const builtAssets = fp<{ sidebarDir: string }>(
  async (app, options) => {
    const root = join(options.sidebarDir, 'assets')
    // before the first build there is nothing to serve; the pages say so themselves
    if (!existsSync(root)) return
    await app.register(staticFiles, {
      root,
      prefix: '/assets/',
      immutable: true,
      maxAge: '365d',
      index: false,
      decorateReply: false,
      preCompressed: true,
      // a cache in between must not hand the packed one to who can't read it
      setHeaders: (reply) => {
        void reply.setHeader('vary', 'accept-encoding')
      },
    })
  },
  { name: 'built-assets' },
)
