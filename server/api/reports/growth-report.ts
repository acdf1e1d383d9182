import { STAGE_NAMES, STAGES, type Stage } from '../../../domain/words.ts'
import { atTime, addDays } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { count, share, type ReportFile, type ReportQuestion } from './report-file.ts'
import type { ReportTable } from './schema.ts'
import { sum } from './sums.ts'

interface Flow {
  what: 'joined' | 'added' | 'ended'
  day: string
  count: number
}

/**
 * Members who joined, relations that began and ended. Loss of relations: those that the customer ended ÷ those there
 * were at the beginning and those that came. An ended relation is not churn (domain-rules 7): who is lost is a stage.
 */
export const growthReport: ReportFile = {
  label: { 'zh-CN': '会员与好友增长', en: 'Growth' },
  async find(question) {
    const { lang, deps, isCounted } = question
    const en = lang === 'en'
    const [flows, live, stages] = await Promise.all([
      findFlows(question),
      liveAtBeginning(question),
      reportRows<{ stage: Stage; customers: number }>(
        deps.db,
        Prisma.sql`select f.stage, count(*)::int as customers from customer_facts f
          where f.stage is not null and ${isCounted(Prisma.sql`f.customer_id`)} group by f.stage`,
      ),
    ])
    const all = (what: Flow['what']) => sum(flows, (flow) => (flow.what === what ? flow.count : 0))
    const classed = sum(stages, ({ customers }) => customers)
    const of = (stage: Stage) => stages.find((row) => row.stage === stage)?.customers ?? 0
    const byDay = (what: Flow['what'], label: string): ReportTable => ({
      code: what,
      label,
      chart: 'lines',
      lines: flows
        .filter((flow) => flow.what === what)
        .map((flow) => count(flow.day, flow.day, flow.count)),
    })
    return {
      figures: [
        count('joined', en ? 'New members' : '新会员', all('joined')),
        count('added', en ? 'New relations' : '新增好友', all('added')),
        share(
          'relationLoss',
          en ? 'Relations ended by customers' : '客户删除好友',
          all('ended'),
          live + all('added'),
        ),
        share(
          'lost',
          en ? 'Lost customers, as of last night' : '已流失客户（昨夜）',
          of('lost'),
          classed,
        ),
      ],
      tables: [
        byDay('joined', en ? 'New members by day' : '每天新会员'),
        byDay('added', en ? 'New relations by day' : '每天新增好友'),
        byDay('ended', en ? 'Ended by customers by day' : '每天被删除的好友'),
        {
          code: 'stages',
          label: en ? 'Lifecycle, as of last night' : '生命周期构成（昨夜）',
          chart: 'bars',
          lines: STAGES.filter((stage) => of(stage) > 0).map((stage) =>
            share(stage, STAGE_NAMES[stage][lang], of(stage), classed),
          ),
        },
      ],
    }
  },
}

/** First moment of the period, and the first after it. */
function bounds({ deps, period }: ReportQuestion) {
  return {
    from: atTime(period.from, '00:00', deps.zone),
    end: atTime(addDays(period.to, 1), '00:00', deps.zone),
  }
}

function findFlows(question: ReportQuestion): Promise<Flow[]> {
  const { deps, isCounted, employees } = question
  const { from, end } = bounds(question)
  return reportRows<Flow>(
    deps.db,
    Prisma.sql`
      select what, (at at time zone ${deps.zone})::date::text as day, count(*)::int as count from (
        select 'joined' as what, f.joined_at as at from customer_facts f
        where f.joined_at >= ${from} and f.joined_at < ${end} and f.is_member and ${isCounted(Prisma.sql`f.customer_id`)}
        union all
        select 'added', r.added_at from relation r join employee e on e.id = r.employee_id
        where r.added_at >= ${from} and r.added_at < ${end} and ${employees}
        union all
        select 'ended', r.ended_at from relation r join employee e on e.id = r.employee_id
        where r.ended_at >= ${from} and r.ended_at < ${end} and r.ended_by = 'customer' and ${employees}
      ) as flow group by 1, 2 order by 2, 1`,
  )
}

async function liveAtBeginning(question: ReportQuestion): Promise<number> {
  const { from } = bounds(question)
  const [found] = await reportRows<{ count: number }>(
    question.deps.db,
    Prisma.sql`select count(*)::int as count from relation r join employee e on e.id = r.employee_id
      where r.added_at < ${from} and (r.ended_at is null or r.ended_at >= ${from}) and ${question.employees}`,
  )
  return found?.count ?? 0
}
