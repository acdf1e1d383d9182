import { execFile } from 'node:child_process'
import { PROJECT } from '../../support/open.ts'

/** Where npm's answer is no answer: no network, or a registry that doesn't have it. */
export interface NotMeasured {
  notMeasured: string
}

/** A package with advisories, and the worst of them. */
export interface Advised {
  name: string
  severity: string
}

/** `npm audit`, as the registry in use answers it. */
export async function audit(): Promise<Advised[] | NotMeasured> {
  const answer = await npm(['audit', '--json'])
  const found = field(answer, 'vulnerabilities')
  if (!isRecord(found)) {
    const why = field(answer, 'message') ?? field(field(answer, 'error'), 'summary')
    const text =
      typeof why === 'string' ? (/^\d{3} [\w ]+/.exec(why)?.[0] ?? why.slice(0, 60)) : 'no answer'
    return { notMeasured: `audit endpoint not available: ${text.trim()}` }
  }
  return Object.entries(found).map(([name, entry]) => ({
    name,
    severity: String(field(entry, 'severity')),
  }))
}

/** A dependency that is behind its newest release of the same major. */
export interface Behind {
  name: string
  current: string
  newest: string
}

/** Which of our dependencies are behind within their major; `npm outdated` and, across majors, `npm view`. */
export async function behind(): Promise<Behind[] | NotMeasured> {
  const answer = await npm(['outdated', '--json'])
  if (!isRecord(answer) || 'error' in answer) return { notMeasured: 'the registry does not answer' }
  const late: Behind[] = []
  for (const [name, entry] of Object.entries(answer)) {
    const current = field(entry, 'current')
    const latest = field(entry, 'latest')
    if (typeof current !== 'string' || typeof latest !== 'string') continue
    const major = current.split('.')[0] ?? ''
    const newest = latest.startsWith(`${major}.`) ? latest : await newestOf(name, major)
    if (newest !== undefined && newest !== current) late.push({ name, current, newest })
  }
  return late
}

async function newestOf(name: string, major: string): Promise<string | undefined> {
  const answer = await npm(['view', `${name}@^${major}.0.0`, 'version', '--json'])
  const versions = [answer].flat().filter((one): one is string => typeof one === 'string')
  return versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
}

/** npm's JSON, whatever its exit code says: audit and outdated tell by it that there is something. */
function npm(args: readonly string[]): Promise<unknown> {
  return new Promise((done) => {
    execFile(
      'npm',
      [...args, '--silent'],
      { cwd: PROJECT, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
      (_error, stdout) => {
        done(parse(stdout === '' ? '{}' : stdout))
      },
    )
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}
