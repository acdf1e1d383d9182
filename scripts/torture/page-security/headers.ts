import { request } from 'undici'

/** Where an answer's headers or its HTML allow what they should not. */
export interface HeaderFaults {
  looked: number
  faults: string[]
}

export interface Ask {
  path: string
  headers?: Record<string, string>
}

/** Directives that every answer must have, with what may stand in them. */
const POLICY: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  // avatars of customers: WeCom names their host, and it changes
  'img-src': ["'self'", 'https:', 'data:'],
  'frame-ancestors': ["'self'", 'https://*.qq.com'],
}
/** the viewer of /docs writes style attributes; it shows nothing of people */
const LOOSER: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '/docs': { 'style-src': ["'self'", "'unsafe-inline'"] },
}

/**
 * Asks for each address and compares its headers with the policy, and its HTML with what the policy lets run.
 *
 * @param also origins that the demo adds: the sandbox's bridge; production has none
 */
export async function checkHeaders(
  url: string,
  asks: readonly Ask[],
  also: readonly string[],
): Promise<HeaderFaults> {
  const faults: string[] = []
  for (const { path, headers } of asks) {
    const answer = await request(`${url}${path}`, {
      headers: { accept: 'text/html', ...headers },
    })
    const text = await answer.body.text()
    const header = (name: string) => String(answer.headers[name] ?? '')
    const where = `${path} (${answer.statusCode})`
    for (const fault of [
      ...faultsOfPolicy(header('content-security-policy'), path, also),
      ...(header('x-content-type-options') === 'nosniff' ? [] : ['no nosniff']),
      ...(header('referrer-policy') === 'same-origin' ? [] : ['another referrer-policy']),
      ...(header('server') || header('x-powered-by') ? ['says what serves it'] : []),
      ...(header('content-type').includes('text/html') ? inlineOf(text) : []),
    ]) {
      faults.push(`${where}: ${fault}`)
    }
  }
  return { looked: asks.length, faults }
}

function faultsOfPolicy(policy: string, path: string, also: readonly string[]): string[] {
  const found = new Map(
    policy.split(';').map((part) => {
      const [name = '', ...sources] = part.trim().split(/\s+/)
      return [name, sources] as const
    }),
  )
  const looser = Object.entries(LOOSER).find(([start]) => path.startsWith(start))?.[1] ?? {}
  return Object.entries(POLICY).flatMap(([name, usual]) => {
    // what is not said falls back to default-src, except for these three
    const sources = found.get(name) ?? (FALL_BACK.has(name) ? found.get('default-src') : undefined)
    if (!sources) return [`no ${name}`]
    const allowed = [...(looser[name] ?? usual), ...also]
    return sources
      .filter((source) => source !== "'none'" && !allowed.includes(source))
      .map((source) => `${name} allows ${source}`)
  })
}

const FALL_BACK = new Set([
  'script-src',
  'style-src',
  'font-src',
  'connect-src',
  'img-src',
  'object-src',
])

/** Scripts, styles and handlers written into the HTML itself. */
function inlineOf(html: string): string[] {
  const found = [
    /<script(?![^>]*\bsrc=)[^>]*>/i,
    /<style\b/i,
    /\sstyle=/i,
    /\son\w+=/i,
    /javascript:/i,
  ]
  return found.filter((shape) => shape.test(html)).map((shape) => `inline: ${shape.source}`)
}
