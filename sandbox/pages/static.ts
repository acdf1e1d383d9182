import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { BRIDGE_SCRIPT } from './bridge-script.ts'

const CLIENT = fileURLToPath(new URL('../client/', import.meta.url))
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
}

/** The two windows, their parts, Vue and the bridge. Served as files: nothing is built. */
export function staticRoutes(app: FastifyInstance): void {
  const vue = createRequire(import.meta.url).resolve('vue/dist/vue.esm-browser.prod.js')
  app.get('/client', (_request, reply) => sendFile(reply, join(CLIENT, 'client.html')))
  app.get('/wechat', (_request, reply) => sendFile(reply, join(CLIENT, 'wechat.html')))
  app.get('/client-assets/*', (request, reply) => {
    const path = normalize((request.params as { '*': string })['*'])
    if (path.startsWith('..')) return reply.code(404).send({ message: 'not found' })
    return sendFile(reply, join(CLIENT, path))
  })
  app.get('/vendor/vue.js', (_request, reply) => sendFile(reply, vue))
  app.get('/bridge.js', (_request, reply) =>
    reply
      .header('cache-control', 'no-cache')
      .header('cross-origin-resource-policy', 'cross-origin')
      .type('text/javascript; charset=utf-8')
      .send(BRIDGE_SCRIPT),
  )
  app.get('/', (_request, reply) => reply.redirect('/client'))
}

async function sendFile(reply: FastifyReply, path: string): Promise<FastifyReply> {
  const found = await stat(path).catch(() => undefined)
  const type = TYPES[extname(path)]
  if (!found?.isFile() || type === undefined) return reply.code(404).send({ message: 'not found' })
  reply.header('cache-control', 'no-cache').type(type)
  return reply.send(createReadStream(path))
}
