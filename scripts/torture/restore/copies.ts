import { execFileSync } from 'node:child_process'
import {
  existsSync,
  readdirSync,
  statSync,
  writeFileSync,
  chownSync,
  mkdirSync,
  readFileSync,
  chmodSync,
  appendFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../../prisma/embedded.ts'

/** What a running server writes and a copy must not have. */
const NOT_COPIED = ['postmaster.pid', 'postmaster.opts', 'pg_wal', 'server.log']

/** Copies a folder as `cp -a` does: owners and rights kept. */
export function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to])
}

/** A PostgreSQL on a copy. */
export interface RunningCopy {
  url: string
  /** ends it whoever is connected, and waits until it is gone */
  stop: () => Promise<void>
}

/** Starts a PostgreSQL on a copy of its home, and waits until it may be written to. */
export async function startCopy(home: string): Promise<RunningCopy> {
  const server = await startEmbeddedPostgres(home)
  const lock = join(home, 'pgdata/postmaster.pid')
  const running: RunningCopy = {
    url: server.url('guide'),
    stop: async () => {
      process.kill(Number(readFileSync(lock, 'utf8').split('\n')[0]), 'SIGINT')
      while (existsSync(lock)) await sleep(50)
    },
  }
  for (;;) {
    const client = new pg.Client({ connectionString: running.url })
    try {
      await client.connect()
      const { rows } = await client.query<{ recovering: boolean }>(
        'select pg_is_in_recovery() as recovering',
      )
      if (rows[0]?.recovering === false) return running
    } catch {
      // recovering still
    } finally {
      await client.end().catch(() => undefined)
    }
    await sleep(100)
  }
}

/** Where the server's write-ahead log is copied to, piece by piece, from its next start on. */
export async function archiveInto(adminUrl: string, archive: string): Promise<void> {
  mkdirSync(archive, { recursive: true })
  // the server may run as somebody else
  chmodSync(archive, 0o777)
  await run(adminUrl, [
    `alter system set archive_mode = on`,
    `alter system set archive_command = 'test ! -f ${archive}/%f && cp %p ${archive}/%f'`,
  ])
}

/** A copy of the running server's folder, good together with the archive; `meanwhile` goes on writing. */
export async function copyRunning(
  adminUrl: string,
  home: string,
  to: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(`select pg_backup_start('drill', true)`)
    mkdirSync(join(to, 'pgdata'), { recursive: true })
    copyFolder(join(home, 'postgres-password'), to)
    const data = join(home, 'pgdata')
    const names = readdirSync(data).filter((name) => !NOT_COPIED.includes(name))
    const writing = meanwhile()
    for (const name of names) {
      copyFolder(join(data, name), join(to, 'pgdata'))
      await sleep(5)
    }
    await writing
    const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
      'select labelfile, spcmapfile from pg_backup_stop()',
    )
    writeFileSync(join(to, 'pgdata/backup_label'), rows[0]?.labelfile ?? '')
    mkdirSync(join(to, 'pgdata/pg_wal'))
    ownAs(data, to)
  } finally {
    await client.end()
  }
}

/** Names the present moment, and waits until the archive holds everything before it. */
export async function namePoint(adminUrl: string, archive: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query('select pg_create_restore_point($1)', [name])
    const { rows } = await client.query<{ file: string }>(
      'select pg_walfile_name(pg_switch_wal()) as file',
    )
    const file = join(archive, rows[0]?.file ?? '')
    while (!existsSync(file)) await sleep(50)
    // copied whole
    await sleep(200)
  } finally {
    await client.end()
  }
}

/** Has a copy play the archive up to a named point at its first start, and go on from there. */
export function recoverTo(home: string, archive: string, point: string): void {
  const data = join(home, 'pgdata')
  appendFileSync(
    join(data, 'postgresql.auto.conf'),
    [
      '',
      `restore_command = 'cp ${archive}/%f %p'`,
      `recovery_target_name = '${point}'`,
      `recovery_target_action = 'promote'`,
      `archive_mode = off`,
      '',
    ].join('\n'),
  )
  writeFileSync(join(data, 'recovery.signal'), '')
  ownAs(data, home)
}

/** The data's owner owns the copy too: root made it. */
function ownAs(data: string, home: string): void {
  const { uid, gid } = statSync(data)
  for (const name of ['', 'backup_label', 'recovery.signal', 'pg_wal']) {
    const path = join(home, 'pgdata', name)
    if (existsSync(path)) chownSync(path, uid, gid)
  }
  chmodSync(join(home, 'pgdata'), 0o700)
  chmodSync(join(home, 'pgdata/pg_wal'), 0o700)
}

async function run(adminUrl: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
