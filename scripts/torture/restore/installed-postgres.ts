import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../../support/world.ts'

/** A PostgreSQL that the machine has from its distribution, server and tools of one version. */
export interface InstalledPostgres {
  version: number
  url: (database: string) => string
  /** `pg_dump`, `pg_restore` … */
  tool: (name: string, args: readonly string[]) => void
  stop: () => Promise<void>
}

/** where Debian and Ubuntu keep them, a folder for each version */
const PLACES = '/usr/lib/postgresql'
/** Debian's `nobody` */
const NOBODY = { uid: 65534, gid: 65534 }

/** Starts the newest one below `folder`; null where none is installed. */
export async function startInstalledPostgres(folder: string): Promise<InstalledPostgres | null> {
  const version = newest()
  if (version === null) return null
  const bin = join(PLACES, String(version), 'bin')
  const data = join(folder, `installed-${version}`)
  // PostgreSQL refuses to run as root
  const user = process.getuid?.() === 0 ? NOBODY : undefined
  mkdirSync(data)
  if (user) chownSync(data, user.uid, user.gid)
  const run = async (tool: string, args: readonly string[]) => {
    const child = spawn(join(bin, tool), args, { stdio: 'ignore', cwd: '/', ...user })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw new Error(`${tool} ended with ${code ?? 'a signal'}`)
  }
  const port = await freePort()
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`
  await run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'])
  await run('pg_ctl', ['-D', data, '-w', '-l', join(data, 'log'), '-o', options, 'start'])
  return {
    version,
    url: (database) => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    tool: (name, args) => {
      execFileSync(join(bin, name), args, { stdio: ['ignore', 'ignore', 'inherit'] })
    },
    stop: () => run('pg_ctl', ['-D', data, '-m', 'fast', '-w', 'stop']),
  }
}

function newest(): number | null {
  if (!existsSync(PLACES)) return null
  const versions = readdirSync(PLACES)
    .filter((name) => /^\d+$/.test(name))
    .filter((name) =>
      ['initdb', 'pg_dump', 'pg_restore'].every((tool) =>
        existsSync(join(PLACES, name, 'bin', tool)),
      ),
    )
    .map(Number)
  return versions.length === 0 ? null : Math.max(...versions)
}
