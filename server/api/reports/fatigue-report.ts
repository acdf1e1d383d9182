import { addDays, atTime } from '../../../domain/business-day.ts'
import { HOLD_REASONS, type HoldReason, type Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { count, perThousand, share, type ReportFile, type ReportQuestion } from './report-file.ts'
import { touchesOf } from './sent-touches.ts'

/** so many touches and more are one line */
const MOST_TOUCHES = 6

const HELD: Record<Lang, Record<HoldReason, string>> = {
  'zh-CN': {
    no_consent: '客户说过不再联系',
    no_relation: '没有导购是 TA 的好友',
    customer_day: '当天已联系过客户',
    customer_week: '7 天内联系够了',
    customer_month: '30 天内联系够了',
    other_guide: '别的导购刚联系过',
    guide_day: '导购当天的任务已排满',
    quiet_hours: '休息时间',
  },
  en: {
    no_consent: 'The customer wants no contact',
    no_relation: 'No guide is their contact',
    customer_day: 'Contacted that day already',
    customer_week: 'Contacted often enough in 7 days',
    customer_month: 'Contacted often enough in 30 days',
    other_guide: 'Another guide has just written',
    guide_day: 'The guide’s day was full',
    quiet_hours: 'Quiet hours',
  },
}

interface Guard {
  touches: number
  customers: number
  deleted: number
  refused: number
}

/**
 * Whether we contact too much (domain-rules 10): the guard figure is the relations that their customer ended within 7
 * days of a touch by that guide, for each thousand touches; beside it who said "no more" within 7 days of one, how often
 * customers were touched, and what the limits held back (as it stands for candidates last looked at in the period).
 */
export const fatigueReport: ReportFile = {
  label: { 'zh-CN': '打扰程度', en: 'Contact fatigue' },
  async find(question) {
    const { deps, lang, period, isCounted } = question
    const en = lang === 'en'
    const sent = Prisma.sql`select customer_id, employee_id, at from (${touchesOf(question)}) as t where result = 'sent'`
    const [[guard], often, held] = await Promise.all([
      reportRows<Guard>(
        deps.db,
        Prisma.sql`
          with sent as materialized (${sent})
          select (select count(*) from sent)::int as touches,
            (select count(distinct customer_id) from sent)::int as customers,
            (select count(distinct r.id) from relation r join sent
              on r.customer_id = sent.customer_id and r.employee_id = sent.employee_id
                and r.ended_at >= sent.at and r.ended_at < sent.at + interval '7 days'
              where r.ended_by = 'customer' and ${within(Prisma.sql`r.ended_at`, question)})::int as deleted,
            (select count(distinct k.customer_id) from consent k join sent
              on k.customer_id = sent.customer_id and k.at >= sent.at and k.at < sent.at + interval '7 days'
              where k.consent = 'none' and ${within(Prisma.sql`k.at`, question)})::int as refused`,
      ),
      reportRows<{ touches: number; customers: number }>(
        deps.db,
        Prisma.sql`
          with sent as (${sent})
          select least(touches, ${MOST_TOUCHES})::int as touches, count(*)::int as customers
          from (select count(*) as touches from sent group by customer_id) as customer group by 1 order by 1`,
      ),
      reportRows<{ why: HoldReason; candidates: number }>(
        deps.db,
        Prisma.sql`select h.why, count(*)::int as candidates from held_back h
          where h.scan_day between ${period.from}::date and ${period.to}::date and ${isCounted(Prisma.sql`h.customer_id`)}
          group by h.why order by 2 desc, 1`,
      ),
    ])
    const { touches, customers, deleted, refused } = guard ?? NOTHING
    const waiting = held.reduce((all, { candidates }) => all + candidates, 0)
    return {
      figures: [
        perThousand(
          'deleted',
          en ? 'Deleted the guide within 7 days' : '触达后 7 天内删除导购',
          deleted,
          touches,
        ),
        share(
          'refused',
          en ? 'Said “no more” within 7 days' : '触达后 7 天内说不再联系',
          refused,
          customers,
        ),
        count('touches', en ? 'Touches' : '触达次数', touches),
      ],
      tables: [
        {
          code: 'often',
          label: en ? 'Touches of a customer in the period' : '期间内每位客户被触达的次数',
          chart: 'bars',
          lines: often.map((row) =>
            share(String(row.touches), timesLabel(row.touches, en), row.customers, customers),
          ),
        },
        {
          code: 'heldBack',
          label: en ? 'Held back by limits' : '被限制压住的提醒',
          chart: 'bars',
          lines: HOLD_REASONS.flatMap((why) => {
            const row = held.find((each) => each.why === why)
            return row ? [share(why, HELD[lang][why], row.candidates, waiting)] : []
          }),
        },
      ],
    }
  },
}

/** Whether a time is one that a touch of the period may have led to within 7 days. */
function within(at: Prisma.Sql, { deps, period }: ReportQuestion): Prisma.Sql {
  return Prisma.sql`(${at} >= ${atTime(period.from, '00:00', deps.zone)}
    and ${at} < ${atTime(addDays(period.to, 8), '00:00', deps.zone)})`
}

const NOTHING: Guard = { touches: 0, customers: 0, deleted: 0, refused: 0 }

function timesLabel(times: number, en: boolean): string {
  const many = times >= MOST_TOUCHES
  if (en) return `${times}${many ? ' or more' : ''} ${times === 1 ? 'time' : 'times'}`
  return `${times} 次${many ? '及以上' : ''}`
}
