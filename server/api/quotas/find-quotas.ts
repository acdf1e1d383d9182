import {
  ENDPOINT_LIMITS,
  MEMBER_LIMITS,
  MESSAGES_PER_ACCOUNT,
  type CallLimit,
} from '../../../bot/wecom/limits.ts'
import { atTime, businessDay } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import type { Quotas } from './schema.ts'

/** the nearest to their limits that are listed of each sort */
const MOST_LISTED = 20
const MEMBER = 'member:'

type Quota = Quotas['members'][number]

/**
 * What is used of WeCom's limits in the windows that end now, the nearest to its limit first, counted as the limiter
 * counts (bot/wecom/limits.ts); and what WeCom closed itself.
 */
export async function findQuotas(deps: AppDeps): Promise<Quotas> {
  const [messagesToday, endpoints, members, blocks] = await Promise.all([
    findMessagesToday(deps),
    used(deps, ENDPOINT_LIMITS, Prisma.sql`not starts_with(q.bucket, ${MEMBER})`),
    used(deps, MEMBER_LIMITS, Prisma.sql`starts_with(q.bucket, ${MEMBER})`),
    reportRows<{ bucket: string; until: Date }>(
      deps.db,
      Prisma.sql`select bucket, blocked_until as until from wecom_block
        where blocked_until > clock_timestamp() order by blocked_until desc`,
    ),
  ])
  return {
    messagesToday,
    endpoints,
    members,
    blocks: blocks.map(({ bucket, until }) => ({ bucket, until: until.toISOString() })),
  }
}

/** Messages that went out today, one member each, beside what may (wecom-protocol 2.3). */
async function findMessagesToday(deps: AppDeps): Promise<Quotas['messagesToday']> {
  const from = atTime(businessDay(deps.clock.now(), deps.zone), '00:00', deps.zone)
  const [found] = await reportRows<{ used: number; members: number }>(
    deps.db,
    Prisma.sql`
      select (select count(*)::int from employee e where e.active) as members,
        -- by the index: tries of one message reach over less than a day
        (select count(*)::int from outbox o where o.state = 'sent' and o.kind = 'app_message'
          and o.not_before >= ${from}::timestamptz - interval '1 day' and o.sent_at >= ${from}) as used`,
  )
  const { used: sent, members } = found ?? { used: 0, members: 0 }
  return { used: sent, limit: members * MESSAGES_PER_ACCOUNT, members }
}

async function used(
  deps: AppDeps,
  limits: readonly CallLimit[],
  which: Prisma.Sql,
): Promise<Quota[]> {
  const windows = Prisma.join(
    limits.map(({ seconds, calls }) => Prisma.sql`(${seconds}::int, ${calls}::int)`),
  )
  return await reportRows<Quota>(
    deps.db,
    Prisma.sql`
      with used as (
        select q.bucket, w.seconds, sum(q.used)::int as used, w.calls as "limit"
        from (values ${windows}) as w(seconds, calls)
        join wecom_quota q on q.seconds = w.seconds and ${which}
          and q.slot > floor(extract(epoch from clock_timestamp()) * 240 / w.seconds)::bigint - 240
        group by q.bucket, w.seconds, w.calls
        order by sum(q.used)::float8 / w.calls desc, q.bucket limit ${MOST_LISTED}
      )
      select case when e.id is null and not starts_with(bucket, ${MEMBER}) then bucket
          else coalesce(e.userid, substr(bucket, ${MEMBER.length + 1}::int)) end as bucket,
        e.name, seconds, used, "limit"
      from used left join employee e
        on starts_with(bucket, ${MEMBER}) and e.userid_key = substr(bucket, ${MEMBER.length + 1}::int)
      order by used::float8 / "limit" desc, bucket`,
  )
}
