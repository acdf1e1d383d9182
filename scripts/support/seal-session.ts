import Fastify from 'fastify'
import { sessionCookie } from '../../server/plugins/session-cookie.ts'

/**
 * A session's cookie without signing in, as whoever holds SESSION_KEY can seal one.
 *
 * @param options.secondsAgo when it was sealed; default now
 * @returns the `cookie` header
 */
export async function sealSession(
  options: { sessionKey: string; publicUrl: string },
  userid: string,
  { secondsAgo = 0 }: { secondsAgo?: number } = {},
): Promise<string> {
  const { sessionKey, publicUrl } = options
  const app = Fastify()
  await app.register(sessionCookie, { sessionKey, publicUrl })
  const session = app.createSecureSession({
    userid,
    // the plugin's own field, which its types leave out
    ...({ __ts: Math.round(Date.now() / 1000) - secondsAgo } as object),
  })
  const cookie = `guide_session=${encodeURIComponent(app.encodeSecureSession(session))}`
  await app.close()
  return cookie
}
