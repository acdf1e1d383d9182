import { mkdirSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../../prisma/migrate.ts'
import { none, type Figure } from '../support/figures.ts'
import { demoEnvironment } from '../support/world.ts'
import { fill, happen, look, openChain, type ChainInUse } from './restore/chain-in-use.ts'
import {
  archiveInto,
  copyFolder,
  copyRunning,
  namePoint,
  recoverTo,
  startCopy,
} from './restore/copies.ts'
import {
  differences,
  takeFingerprint,
  whatMatters,
  type Fingerprint,
} from './restore/fingerprint.ts'
import { startInstalledPostgres } from './restore/installed-postgres.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startCluster } from './support/cluster.ts'
import { startPlainWecom, type PlainWecom } from './support/plain-wecom.ts'

const SIZES = {
  short: { customers: 15, met: 15 },
  full: { customers: 1_000, met: 600 },
} as const

export const r15: Scenario = {
  id: 'R15',
  title: 'a backup, restored and told everything again, is what was there, and nothing is doubled',
  run: drill,
}

interface Drill {
  size: { customers: number; met: number }
  folder: string
  say: TortureContext['say']
  wecom: PlainWecom
  environment: Record<string, string>
}

async function drill({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const wecom = await startPlainWecom()
  const environment = demoEnvironment({
    assistant: 1,
    sandbox: Number(new URL(wecom.url).port),
  })
  const the: Drill = { size: SIZES[size], folder, say, wecom, environment }
  try {
    return [...(await drillCopies(the)), ...(await drillDump(the))]
  } finally {
    await wecom.close()
  }
}

/** The folder of the stopped server, and the point-in-time way: both work with what npm brings. */
async function drillCopies(the: Drill): Promise<Figure[]> {
  const { size, folder, say, wecom, environment } = the
  const corpId = environment['WECOM_CORP_ID'] ?? ''
  const home = join(folder, 'postgres')
  const archive = join(folder, 'archive')
  const cold = join(folder, 'cold')
  const warm = join(folder, 'warm')
  for (const made of [cold, warm]) {
    mkdirSync(made)
    chmodSync(made, 0o755)
  }
  const cluster = await startCluster(folder)
  let chain: ChainInUse | undefined = openChain(cluster.url, environment)
  const figures: Figure[] = []
  try {
    await fill(chain, size.customers)
    const before = happen(wecom, corpId, 0, size.met)
    await chain.receive(before)
    await archiveInto(cluster.adminUrl, archive)

    say('the folder of the stopped server')
    await chain.close()
    chain = undefined
    await cluster.stop()
    copyFolder(home, cold)
    await cluster.start()
    chain = openChain(cluster.url, environment)
    const atCopy = await takeFingerprint(chain.deps.db.pool)
    const told = await lookAt(chain)
    const between = happen(wecom, corpId, size.met, size.met + Math.ceil(size.met / 2))

    say('the folder of the running server, and its log up to a point')
    const running = chain
    await copyRunning(cluster.adminUrl, home, warm, () => running.receive(between))
    const atPoint = await takeFingerprint(chain.deps.db.pool)
    const matters = await lookAt(chain)
    await namePoint(cluster.adminUrl, archive, 'drill')
    // what happens after it is not to come back
    await chain.receive(happen(wecom, corpId, 100_000, 100_010))
    await chain.close()
    chain = undefined
    await cluster.kill()

    const everything = [...before, ...between]
    figures.push(
      ...(await restored(the, join(cold, 'postgres'), 'folder of the stopped server', {
        atBackup: atCopy,
        mattered: told,
        everything,
        inTheEnd: matters,
      })),
    )
    recoverTo(warm, archive, 'drill')
    figures.push(
      ...(await restored(the, warm, 'point in time', {
        atBackup: atPoint,
        mattered: matters,
        everything,
        inTheEnd: matters,
      })),
    )
    return figures
  } finally {
    await chain?.close()
    await cluster.stop().catch(() => undefined)
  }
}

interface Expected {
  atBackup: Fingerprint
  /** of what matters, at the backup */
  mattered: Fingerprint
  /** every event until the disaster, also those that came after the backup */
  everything: readonly string[]
  /** of what matters, before the disaster */
  inTheEnd: Fingerprint
}

async function lookAt({ deps }: ChainInUse): Promise<Fingerprint> {
  return whatMatters(deps.db.pool)
}

async function restored(
  the: Drill,
  home: string,
  way: string,
  expected: Expected,
): Promise<Figure[]> {
  const server = await startCopy(home)
  try {
    return await compare(the, server.url, way, expected)
  } finally {
    await server.stop()
  }
}

/** Looks, replays the inbox, and has WeCom tell everything again. */
async function compare(
  { environment, say }: Drill,
  url: string,
  way: string,
  expected: Expected,
): Promise<Figure[]> {
  const untouched = look(url)
  const found = await takeFingerprint(untouched.pool)
  await untouched.close()
  const chain = openChain(url, environment)
  try {
    await chain.replay()
    const replayed = await lookAt(chain)
    await chain.receive(expected.everything)
    const retold = await lookAt(chain)
    const wrong = {
      restored: differences(expected.atBackup, found),
      replayed: differences(expected.mattered, replayed),
      retold: differences(expected.inTheEnd, retold),
    }
    for (const [step, names] of Object.entries(wrong)) {
      if (names.length > 0) say(`${way}, ${step}: ${names.join(', ')} differ`)
    }
    return [
      none(`${way}: tables and sequences that differ, of ${found.size}`, wrong.restored.length),
      none(
        `${way}: kinds of things doubled or changed by replaying the inbox`,
        wrong.replayed.length,
      ),
      none(
        `${way}: kinds of things not as before the disaster once WeCom told everything again`,
        wrong.retold.length,
      ),
    ]
  } finally {
    await chain.close()
  }
}

/** `pg_dump` and `pg_restore`, where the machine has a server of their version. */
async function drillDump(the: Drill): Promise<Figure[]> {
  const { size, folder, say, wecom, environment } = the
  const postgres = await startInstalledPostgres(folder)
  if (postgres === null) {
    return [{ name: 'pg_dump', value: 0, unit: 'drills', note: 'no PostgreSQL is installed here' }]
  }
  try {
    say(`pg_dump of PostgreSQL ${postgres.version}`)
    wecom.customers.clear()
    await createDatabases(postgres.url('postgres'), ['chain', 'restored'])
    await migrate(postgres.url('chain'))
    const chain = openChain(postgres.url('chain'), environment)
    const dump = join(folder, 'guide.dump')
    let expected: Expected
    try {
      await fill(chain, size.customers)
      const corpId = environment['WECOM_CORP_ID'] ?? ''
      const before = happen(wecom, corpId, 0, size.met)
      await chain.receive(before)
      postgres.tool('pg_dump', ['-Fc', '-f', dump, postgres.url('chain')])
      const atBackup = await takeFingerprint(chain.deps.db.pool)
      const mattered = await lookAt(chain)
      const after = happen(wecom, corpId, size.met, size.met + Math.ceil(size.met / 2))
      await chain.receive(after)
      const everything = [...before, ...after]
      expected = { atBackup, mattered, everything, inTheEnd: await lookAt(chain) }
    } finally {
      await chain.close()
    }
    postgres.tool('pg_restore', [
      '--no-owner',
      '--exit-on-error',
      '-d',
      postgres.url('restored'),
      dump,
    ])
    return await compare(the, postgres.url('restored'), `pg_dump ${postgres.version}`, expected)
  } finally {
    await postgres.stop()
  }
}

async function createDatabases(adminUrl: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    for (const name of names) await client.query(`create database ${name}`)
  } finally {
    await client.end()
  }
}
