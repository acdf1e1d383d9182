import helmet from '@fastify/helmet'
import fp from 'fastify-plugin'

export interface ContentSecurityOptions {
  /** where guides reach us; https turns on HSTS */
  publicUrl: string
  /** WeCom's OAuth address: a page of the same house may frame ours */
  oauthUrl: string
  /** origin of the demo's bridge script; never set by main.ts */
  bridgeOrigin?: string | undefined
}

/** For the few answers that no hook reaches: JSON, which loads nothing and is framed by nobody. */
export const BARE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const

/**
 * Security headers. Our own origin only: no third-party script, style or font; avatars come from any https host.
 * WeCom's desktop client shows pages inside frames of *.qq.com.
 * @see https://github.com/fastify/fastify-helmet
 */
export const contentSecurity = fp<ContentSecurityOptions>(
  async (app, options) => {
    const https = options.publicUrl.startsWith('https:')
    const bridge = options.bridgeOrigin ? [options.bridgeOrigin] : []
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          baseUri: ["'none'"],
          objectSrc: ["'none'"],
          formAction: ["'self'"],
          scriptSrc: ["'self'", ...bridge],
          scriptSrcAttr: ["'none'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'https:', 'data:', ...bridge],
          fontSrc: ["'self'"],
          connectSrc: ["'self'", ...bridge],
          frameAncestors: ["'self'", ...frameHosts(options.oauthUrl), ...bridge],
        },
      },
      hsts: https ? { maxAge: 31_536_000 } : false,
      // frame-ancestors says it, and X-Frame-Options can't name WeCom's hosts
      frameguard: false,
      referrerPolicy: { policy: 'same-origin' },
    })
  },
  { name: 'content-security' },
)

/** Hosts whose frames may hold our pages: WeCom's, and the OAuth address where it isn't one of them. */
function frameHosts(oauthUrl: string): string[] {
  const { hostname, origin } = new URL(oauthUrl)
  const wecom = 'https://*.qq.com'
  return /(^|\.)qq\.com$/.test(hostname) ? [wecom] : [wecom, origin]
}
