import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../prisma/embedded.ts'
import { migrate } from '../../../prisma/migrate.ts'
import { freePort } from '../../support/world.ts'

/** A PostgreSQL of the scenario's own, on one port for its whole life, that can be killed and frozen. */
export interface Cluster {
  /** the migrated database; the same address after every restart */
  url: string
  adminUrl: string
  /** where its data is */
  dataFolder: string
  /** kill -9 of every process of it, as when the power goes */
  kill: () => Promise<void>
  /** stops it in order, its clients thrown out */
  stop: () => Promise<void>
  /** starts it again after kill or stop; answers when it takes connections */
  start: () => Promise<void>
  /** stops every process of it from running, as a machine that hangs; `thaw` lets them go on */
  freeze: () => Promise<void>
  thaw: () => void
}

/**
 * Starts a fresh cluster below `folder`, migrated, durable as in production.
 *
 * @param options.settings more of PostgreSQL's settings, `name=value`
 */
export async function startCluster(
  folder: string,
  options: { settings?: readonly string[] } = {},
): Promise<Cluster> {
  const home = join(folder, 'postgres')
  mkdirSync(home, { recursive: true })
  chmodSync(home, 0o755)
  const port = await freePort()
  const settings = options.settings ?? []
  const up = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres(home, { port, settings })
  let server = await up()
  const url = await server.ensureDatabase('guide')
  try {
    await migrate(url)
  } catch (error) {
    await server.stop()
    throw error
  }
  let postmaster = await postmasterOf(server)
  let frozen: number[] = []

  const send = (pids: readonly number[], signal: NodeJS.Signals) => {
    for (const pid of pids) {
      try {
        process.kill(pid, signal)
      } catch {
        // gone already
      }
    }
  }
  // whoever interrupts the torture leaves no server behind
  const atExit = () => {
    // its children end by themselves when they find it gone, once they run
    send([postmaster], 'SIGKILL')
    send(frozen, 'SIGCONT')
  }
  process.on('exit', atExit)
  const over = async (pids: readonly number[]) => {
    await gone(pids)
    process.off('exit', atExit)
  }
  return {
    url,
    adminUrl: server.url('postgres'),
    dataFolder: await dataFolderOf(server),
    kill: async () => {
      const family = await familyOf(postmaster)
      send(family, 'SIGKILL')
      await over(family)
    },
    stop: async () => {
      send([postmaster], 'SIGINT')
      await over([postmaster])
    },
    start: async () => {
      server = await up()
      postmaster = await postmasterOf(server)
      process.on('exit', atExit)
    },
    freeze: async () => {
      frozen = await familyOf(postmaster)
      send(frozen, 'SIGSTOP')
    },
    thaw: () => {
      send(frozen, 'SIGCONT')
      frozen = []
    },
  }
}

async function dataFolderOf(server: EmbeddedPostgres): Promise<string> {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const { rows } = await client.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    )
    return rows[0]?.folder ?? ''
  } finally {
    await client.end()
  }
}

async function postmasterOf(server: EmbeddedPostgres): Promise<number> {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const { rows } = await client.query<{ file: string }>(
      `select pg_read_file('postmaster.pid') as file`,
    )
    return Number(rows[0]?.file.split('\n')[0])
  } finally {
    await client.end()
  }
}

/** The process and its children. The sender goes on meanwhile: what it is told until the kill, it was told. */
async function familyOf(pid: number): Promise<number[]> {
  const { stdout: list } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  const children = list
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child ?? 0)
  return [pid, ...children]
}

async function gone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    while (isThere(pid)) await new Promise((resume) => setTimeout(resume, 10))
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // a child that nobody waited for is there as a zombie only
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith(
      'Z',
    )
  } catch {
    return false
  }
}
