import { PassThrough, type Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppDeps } from '../../deps.ts'
import { findSignedIn, signedIn } from '../../session.ts'
import type { ProgressHub } from './progress-hub.ts'
import { findAssignmentId } from './visible-assignment.ts'

/** a line that says nothing: proxies and browsers give up connections on which nothing moves */
const HEARTBEAT_MS = 20_000
const CLOSING_MS = 300
/** what a browser waits before it connects again, milliseconds */
const RETRY_MS = 3_000

/**
 * Server-sent events about one assignment: `progress` with what changed. Ends when the session does, when the person may
 * not see it any more, when it was called off and nothing is left to end, and when the server stops.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function progressEvents(
  app: FastifyInstance,
  deps: AppDeps,
  hub: ProgressHub,
  request: FastifyRequest,
  id: bigint,
): Readable {
  const stream = new PassThrough()
  stream.write(`retry: ${RETRY_MS}\n\n`)
  const unwatch = hub.watch(id, (progress) => {
    stream.write(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`)
    const { notStarted, inProgress } = progress.totals
    if (progress.state === 'cancelled' && notStarted + inProgress === 0) end()
  })
  const heart = setInterval(() => {
    stream.write(': alive\n\n')
    void mayStill(app, deps, request, id).then(
      (may) => may || end(),
      () => undefined,
    )
  }, HEARTBEAT_MS)
  const wasListening = app.server.listening
  const closing = setInterval(() => {
    if (wasListening && !app.server.listening) end()
  }, CLOSING_MS)
  stream.once('close', stop)

  function stop(): void {
    unwatch()
    clearInterval(heart)
    clearInterval(closing)
  }
  function end(): void {
    stop()
    stream.end()
  }
  return stream
}

/** The session has not ended, the person is still a manager, and the assignment theirs. */
async function mayStill(
  app: FastifyInstance,
  deps: AppDeps,
  request: FastifyRequest,
  id: bigint,
): Promise<boolean> {
  const cookie = Object.entries(request.cookies).find(([name]) => name.endsWith('guide_session'))
  if (!app.decodeSecureSession(cookie?.[1] ?? '')) return false
  const user = await findSignedIn(deps.db, signedIn(request).userid)
  if (!user || user.role === 'guide') return false
  return await findAssignmentId(deps, user, String(id)).then(
    () => true,
    (error: Error & { statusCode?: number }) => error.statusCode !== 404,
  )
}
