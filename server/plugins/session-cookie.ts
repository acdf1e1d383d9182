import secureSession from '@fastify/secure-session'
import fp from 'fastify-plugin'

/** A sign-in that was begun: what WeCom must bring back, and where the person wanted to go. */
export interface PendingSignIn {
  state: string
  to: string
}

declare module '@fastify/secure-session' {
  interface SessionData {
    userid: string
    pending: PendingSignIn[]
  }
}

/** seconds a sign-in holds: one working day */
const HOLDS_SECONDS = 12 * 3600

/**
 * The session is a sealed cookie: no table, nothing to clean up, any process can read it.
 * @see https://github.com/fastify/fastify-secure-session
 */
export const sessionCookie = fp<{ sessionKey: string; publicUrl: string }>(
  async (app, options) => {
    const https = options.publicUrl.startsWith('https:')
    await app.register(secureSession, {
      key: Buffer.from(options.sessionKey, 'hex'),
      // the prefix keeps sibling hosts from setting it; browsers take it with https only
      cookieName: https ? '__Host-guide_session' : 'guide_session',
      expiry: HOLDS_SECONDS,
      cookie: {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure: https,
        maxAge: HOLDS_SECONDS,
      },
    })
  },
  { name: 'session-cookie' },
)
