import { request } from 'undici'
import { listMigrations } from '../../prisma/migrate.ts'
import { isDatabaseAway } from '../database-away.ts'
import { Problem, said, type CheckDeps, type Said } from './check.ts'

/** seconds that this machine may be away from WeCom's clock */
const MOST_SECONDS = 60

export async function checkDatabase({ db }: CheckDeps): Promise<Said> {
  const answer = await db.pool
    .query<{ version: number }>(
      `select current_setting('server_version_num')::int / 10000 as version`,
    )
    .catch((error: unknown) => {
      throw connectionProblem(error)
    })
  const version = answer.rows[0]?.version ?? 0
  if (version < 15) {
    throw new Problem(
      said(`PostgreSQL ${version}`, `PostgreSQL ${version}`),
      said('请换用 PostgreSQL 15 或更新的版本。', 'Use PostgreSQL 15 or newer.'),
    )
  }
  const names = await appliedMigrations(db)
  const missing = listMigrations().filter((name) => !names.has(name)).length
  if (missing > 0) {
    throw new Problem(
      said(`还有 ${missing} 个升级没有做`, `${missing} migrations are not applied`),
      said('在服务器上运行 npm run migrate，或重启服务。', 'Run npm run migrate, or restart.'),
    )
  }
  return said(`PostgreSQL ${version}，结构是最新的`, `PostgreSQL ${version}, schema current`)
}

/** None in a database that is new. */
async function appliedMigrations({ pool }: CheckDeps['db']): Promise<Set<string>> {
  const table = await pool.query<{ there: boolean }>(
    `select to_regclass('_prisma_migrations') is not null as there`,
  )
  if (!table.rows[0]?.there) return new Set()
  const applied = await pool.query<{ name: string }>(
    'select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  )
  return new Set(applied.rows.map(({ name }) => name))
}

/** What kept us from the database. Its address is not told: the password is in it. */
function connectionProblem(error: unknown): Error {
  const code = codeOf(error)
  if (code.startsWith('28')) {
    return new Problem(
      said(`数据库不接受这个用户名或密码（${code}）`, `the database refuses us (${code})`),
      said('检查 DATABASE_URL 里的用户名和密码。', 'Check user and password in DATABASE_URL.'),
    )
  }
  if (code === '3D000') {
    return new Problem(
      said('没有这个数据库（3D000）', 'there is no such database (3D000)'),
      said(
        '先建库（createdb），或改 DATABASE_URL 末尾的库名。',
        'Make it (createdb), or correct the name at the end of DATABASE_URL.',
      ),
    )
  }
  if (!isDatabaseAway(error)) return error instanceof Error ? error : new Error(String(error))
  const why = code === '' ? 'no answer' : code
  return new Problem(
    said(`连不上数据库（${why}）`, `the database can't be reached (${why})`),
    said(
      '确认 PostgreSQL 已启动，检查 DATABASE_URL 里的主机和端口，以及防火墙。',
      'Start PostgreSQL, and check host and port in DATABASE_URL, and the firewall.',
    ),
  )
}

function codeOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const code = typeof first === 'object' && first !== null && 'code' in first ? first.code : ''
  return typeof code === 'string' ? code : ''
}

export async function checkClock({ config }: CheckDeps): Promise<Said> {
  const answer = await request(config.wecomApiUrl, {
    method: 'HEAD',
    headersTimeout: 10_000,
  }).catch(() => {
    throw new Problem(
      said(`连不上 ${config.wecomApiUrl}`, `${config.wecomApiUrl} can't be reached`),
      said('检查 WECOM_API_URL、域名解析和防火墙。', 'Check WECOM_API_URL, DNS and the firewall.'),
    )
  })
  await answer.body.dump()
  const date = answer.headers['date']
  if (typeof date !== 'string') {
    return said('企业微信没有给出时间，无法比较', 'WeCom sent no time to compare with')
  }
  const seconds = Math.round(Math.abs(Date.now() - Date.parse(date)) / 1000)
  if (seconds > MOST_SECONDS) {
    throw new Problem(
      said(
        `这台服务器和企业微信的时间差了 ${seconds} 秒`,
        `this machine is ${seconds} s away from WeCom's clock`,
      ),
      said('打开服务器的时间同步（NTP）。', 'Switch on time synchronisation (NTP).'),
    )
  }
  return said(`和企业微信差 ${seconds} 秒`, `${seconds} s away from WeCom's`)
}
