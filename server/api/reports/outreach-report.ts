import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { count, share, type ReportFile } from './report-file.ts'
import { touchesOf } from './sent-touches.ts'

const MOST_GUIDES = 50

const CHANNELS: Record<string, [string, string]> = {
  sidebar: ['聊天侧边栏', 'Chat sidebar'],
  mass: ['群发', 'Mass message'],
  phone: ['电话', 'Phone'],
  store: ['到店', 'In the store'],
}

interface CutRow {
  cut: 'all' | 'day' | 'channel'
  day: string
  channel: string
  sent: number
  failed: number
}

interface ReachedRow {
  userid: string | null
  name: string | null
  reached: number
  bought: number
}

/**
 * What guides sent, and of the customers they reached who bought within 7 days of the first message. Gross: some would
 * have come anyway (domain-rules 11).
 */
export const outreachReport: ReportFile = {
  label: { 'zh-CN': '触达', en: 'Outreach' },
  async find(question) {
    const { deps, lang } = question
    const en = lang === 'en'
    const touches = touchesOf(question)
    const [cuts, reached] = await Promise.all([
      reportRows<CutRow>(
        deps.db,
        Prisma.sql`
          with touched as (select channel, result, (at at time zone ${deps.zone})::date as day from (${touches}) as t)
          select case grouping(day, channel) when 1 then 'day' when 2 then 'channel' else 'all' end as cut,
            day::text, channel, count(*) filter (where result = 'sent')::int as sent,
            count(*) filter (where result = 'failed')::int as failed
          from touched group by grouping sets ((), (day), (channel)) order by day, sent desc`,
      ),
      reportRows<ReachedRow>(
        deps.db,
        Prisma.sql`
          with pair as materialized (
            select t.customer_id, t.employee_id, min(t.at) as at, min(t.bought_at) as bought_at
            from (${touches}) as t where t.result = 'sent' group by 1, 2
          ), judged as (
            -- what they bought after any message, they bought after the first
            select employee_id, count(*)::int as reached,
              count(*) filter (where bought_at < at + interval '7 days')::int as bought
            from pair group by 1
            union all
            select null, count(*)::int, count(*) filter (where bought_at < at + interval '7 days')::int
            from (select min(at) as at, min(bought_at) as bought_at from pair group by customer_id) as customer
          )
          select e.userid, e.name, judged.reached, judged.bought
          from judged left join employee e on e.id = judged.employee_id
          order by e.id is not null, reached desc, e.id limit ${MOST_GUIDES + 1}`,
      ),
    ])
    const all = cuts.find(({ cut }) => cut === 'all')
    const sent = all?.sent ?? 0
    const failed = all?.failed ?? 0
    // of everybody: the row without a guide
    const whole = reached.find(({ userid }) => userid === null)
    return {
      figures: [
        count('sent', en ? 'Messages sent' : '发出的消息', sent),
        count('reached', en ? 'Customers reached' : '触达的客户', whole?.reached ?? 0),
        share(
          'bought',
          en ? 'Bought within 7 days' : '7 天内下单的客户',
          whole?.bought ?? 0,
          whole?.reached ?? 0,
        ),
        share('failed', en ? 'Failed to send' : '发送失败', failed, sent + failed),
      ],
      tables: [
        {
          code: 'guides',
          label: en ? 'Guides: who bought within 7 days' : '导购排行：触达后 7 天内下单',
          chart: 'bars',
          lines: reached.flatMap(({ userid, name, reached: of, bought }) =>
            userid === null ? [] : [share(userid, name ?? userid, bought, of)],
          ),
        },
        {
          code: 'sentByDay',
          label: en ? 'Sent by day' : '每天发出',
          chart: 'lines',
          lines: cuts
            .filter(({ cut }) => cut === 'day')
            .map((row) => count(row.day, row.day, row.sent)),
        },
        {
          code: 'channels',
          label: en ? 'By channel' : '各渠道',
          chart: 'bars',
          lines: cuts
            .filter(({ cut }) => cut === 'channel')
            .map((row) =>
              share(
                row.channel,
                CHANNELS[row.channel]?.[en ? 1 : 0] ?? row.channel,
                row.sent,
                sent,
              ),
            ),
        },
      ],
    }
  },
}
