import { request } from 'undici'
import { listMigrations } from '../../prisma/migrate.ts'
import { Problem, said, type CheckDeps, type Said } from './check.ts'

/** seconds that this machine may be away from WeCom's clock */
const MOST_SECONDS = 60

export async function checkDatabase({ db }: CheckDeps): Promise<Said> {
  const answer = await db.pool.query<{ version: number }>(
    `select current_setting('server_version_num')::int / 10000 as version`,
  )
  const version = answer.rows[0]?.version ?? 0
  if (version < 15) {
    throw new Problem(
      said(`PostgreSQL ${version}`, `PostgreSQL ${version}`),
      said('请换用 PostgreSQL 15 或更新的版本。', 'Use PostgreSQL 15 or newer.'),
    )
  }
  const applied = await db.pool.query<{ name: string }>(
    'select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  )
  const names = new Set(applied.rows.map(({ name }) => name))
  const missing = listMigrations().filter((name) => !names.has(name)).length
  if (missing > 0) {
    throw new Problem(
      said(`还有 ${missing} 个升级没有做`, `${missing} migrations are not applied`),
      said('在服务器上运行 npm run migrate，或重启服务。', 'Run npm run migrate, or restart.'),
    )
  }
  return said(`PostgreSQL ${version}，结构是最新的`, `PostgreSQL ${version}, schema current`)
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
