import Fastify, { type FastifyInstance } from 'fastify'
import { createFaults } from './api/faults.ts'
import { createQuota } from './api/quota.ts'
import { apiRoutes } from './api/routes.ts'
import { ApiError } from './api/api-error.ts'
import { completeTransfers } from './api/transfer.ts'
import { createSender } from './callbacks/sender.ts'
import { createClock } from './core/clock.ts'
import { createLive } from './core/live.ts'
import { createSlidingWindows } from './core/sliding-window.ts'
import { readStateFile, createSnapshots } from './core/state-file.ts'
import { stateFromSeed } from './core/state.ts'
import type { World } from './core/world.ts'
import type { Log, Sandbox, SandboxOptions } from './options.ts'
import { controlRoutes } from './pages/control.ts'
import { createEventStreams } from './pages/event-stream.ts'
import { oauthRoutes } from './pages/oauth.ts'
import { openRoute } from './pages/open.ts'
import { staticRoutes } from './pages/static.ts'
import { uiRoutes } from './ui/routes.ts'
import { UiError } from './ui/ui-error.ts'

export type { Sandbox, SandboxOptions } from './options.ts'

const BODY_LIMIT = 1024 * 1024
const TRANSFERS_EVERY_MS = 1000
const silent: Log = { info: () => {}, warn: () => {} }

/**
 * A stand-in for WeCom: its server API, callbacks, sign-in pages and the client windows, on one port, with a
 * clock that can be moved. Fails with the system's error when the port is taken.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const base = options.now ?? (() => new Date())
  const kept = options.stateFile === undefined ? null : await readStateFile(options.stateFile)
  const clock = createClock(base, kept?.clockOffsetMs ?? 0)
  const live = createLive()
  const faults = createFaults()
  const quota = createQuota()
  const streams = createEventStreams()
  const log = options.log ?? silent
  const snapshots = createSnapshots(options.stateFile, () => ({
    ...world.state,
    clockOffsetMs: clock.offsetMs(),
  }))
  const world: World = {
    state: kept ?? stateFromSeed(options.seed, clock.now().getTime()),
    clock,
    corp: options.corp,
    appUrl: new URL(options.appUrl),
    log,
    live,
    calls: [],
    windows: createSlidingWindows(),
    emit: (fields) => void sender.send(fields),
    touched: (...ids) => {
      touch()
      if (ids.length > 0) live.changed(...ids)
    },
  }
  const touch = () =>
    snapshots.touch((error) => log.warn({ err: error }, 'sandbox state not written'))
  const sender = createSender(world, { callbackUrl: options.callbackUrl, ...options.callbacks })

  clock.onJump(touch)
  clock.onJump(() => completeTransfers(world))
  const transfers = setInterval(() => completeTransfers(world), TRANSFERS_EVERY_MS)
  transfers.unref()

  function reset(keepClock: boolean): void {
    if (!keepClock) clock.set(base())
    world.state = stateFromSeed(options.seed, clock.now().getTime())
    world.calls.length = 0
    world.windows.clear()
    faults.clear()
    quota.clear()
    touch()
    live.changed()
  }

  const app = createApp()
  await app.register((api, _options, done) => {
    apiRoutes(api, { world, faults, quota })
    done()
  })
  oauthRoutes(app, world)
  openRoute(app, world)
  staticRoutes(app)
  uiRoutes(app, world, streams)
  const { callbackUrl } = options
  controlRoutes(app, { world, faults, sender, callbackUrl, streams, reset })
  app.addHook('preClose', (done) => {
    streams.endAll()
    done()
  })
  const url = await app.listen({ host: options.host ?? '127.0.0.1', port: options.port })
  sender.resume()

  return {
    url,
    clock,
    log: () => [...world.calls],
    callbacks: () => world.state.deliveries,
    addFault: (fault) => {
      faults.add(fault)
    },
    emit: (fields) => sender.send(fields),
    idle: () => sender.idle(),
    save: () => snapshots.save(),
    close: async () => {
      clearInterval(transfers)
      await app.close()
      await sender.close()
      await snapshots.close()
    },
  }
}

function createApp(): FastifyInstance {
  const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true })
  // an empty body is no body, whatever its content type says
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, String(body), done)
  })
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof UiError) return reply.code(error.status).send({ message: error.message })
    if (error instanceof ApiError) return reply.code(409).send({ message: error.message })
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
    const message = error instanceof Error ? error.message : 'failed'
    return reply.code(status).send({ errcode: -1, errmsg: 'system error', message })
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ errcode: 40066, errmsg: 'invalid url', message: 'not found' }),
  )
  return app
}
