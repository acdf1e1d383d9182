import secureSession from '@fastify/secure-session'
import Fastify from 'fastify'

const COOKIE = 'guide_session'

export interface Sealer {
  /** the cookie header's text of a session of theirs; `more` goes into the session too */
  seal: (userid: string, more?: object) => string
  close: () => Promise<void>
}

/** Seals session cookies as the server does, with a key. */
export async function createSealer(key: Buffer): Promise<Sealer> {
  const app = Fastify()
  await app.register(secureSession, { key, cookieName: COOKIE })
  await app.ready()
  return {
    seal: (userid, more) => {
      const session = app.createSecureSession({ userid, ...more })
      return `${COOKIE}=${encodeURIComponent(app.encodeSecureSession(session))}`
    },
    close: () => app.close(),
  }
}
