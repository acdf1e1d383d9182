import { dayText } from '../../../domain/day-words.ts'
import { formatFen } from '../../../domain/money.ts'
import {
  RFM_EIGHT,
  RFM_FIVE,
  RFM_MEANS,
  RFM_NAMES,
  type RfmEight,
  type RfmFive,
} from '../../../domain/rfm.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { count, share, type ReportFile, type ReportQuestion } from './report-file.ts'
import type { ReportTable } from './schema.ts'
import { sum } from './sums.ts'

const MOST_MOVES = 20

type What = 'rfm' | 'five'

interface ClassRow {
  what: What
  code: RfmEight | RfmFive
  customers: number
}

interface MoveRow {
  what: What
  before: RfmEight | RfmFive | null
  after: RfmEight | RfmFive | null
  customers: number
  /** after the period: taken back to know how it stood at its end */
  later: boolean
}

/**
 * The eight and the five RFM classes at the end of a period (domain-rules 5) as nights kept them, and what moved in it.
 * Who had no paid order in the 365 days has no class. How it stood on a day that is over: as it stands now, with the
 * changes since then taken back.
 */
export const rfmReport: ReportFile = {
  label: { 'zh-CN': 'RFM 分层', en: 'RFM' },
  async find(question) {
    const { lang, period } = question
    const en = lang === 'en'
    const [now, moves, run] = await Promise.all([
      classesNow(question),
      movesSince(question),
      runAtEnd(question),
    ])
    const eight = atEnd('rfm', now, moves)
    const five = atEnd('five', now, moves)
    const all = total(eight)
    const within = moves.filter((move) => !move.later && move.what === 'five')
    const table = (
      code: What,
      label: string,
      codes: readonly (RfmEight | RfmFive)[],
      of: Map<string, number>,
    ): ReportTable => ({
      code,
      label,
      chart: 'bars',
      lines: codes
        .filter((each) => (of.get(each) ?? 0) > 0)
        .map((each) => ({
          ...share(each, RFM_NAMES[each][lang], of.get(each) ?? 0, total(of)),
          means: RFM_MEANS[each][lang],
        })),
    })
    return {
      figures: [
        share('value', RFM_NAMES['111'][lang], eight.get('111') ?? 0, all),
        share('winBack', RFM_NAMES['001'][lang], eight.get('001') ?? 0, all),
        count('classed', en ? 'Customers with a class' : '有分层的客户', all),
      ],
      tables: [
        table(
          'rfm',
          en ? `Eight classes on ${period.to}` : `${period.to} 的八类`,
          RFM_EIGHT,
          eight,
        ),
        table('five', en ? `Five classes on ${period.to}` : `${period.to} 的五类`, RFM_FIVE, five),
        {
          code: 'moves',
          label: en ? 'Moves between the five classes' : '五类之间的变动',
          chart: 'bars',
          lines: within
            .toSorted((a, b) => b.customers - a.customers)
            .slice(0, MOST_MOVES)
            .map(({ before, after, customers }) =>
              count(
                `${before ?? ''}>${after ?? ''}`,
                `${nameOf(before, lang)} → ${nameOf(after, lang)}`,
                customers,
              ),
            ),
        },
      ],
      notes: run ? notesOf(run, lang) : [],
    }
  },
}

/** What a night told the classes by, of everybody who was scored: a store's customers too are measured by it. */
interface ClassRun {
  day: BusinessDay
  scored: number
  fallbacks: number
  daysSince: number
  orders: number
  spendFen: number
}

/** The last night of the period, or before it, that had anybody to score. */
async function runAtEnd({ deps, period }: ReportQuestion): Promise<ClassRun | undefined> {
  const [run] = await reportRows<ClassRun>(
    deps.db,
    Prisma.sql`
      select r.day::text as day, t.* from class_run r
      cross join lateral jsonb_to_record(r.thresholds) as t(
        scored int, fallbacks int, "daysSince" float8, orders float8, "spendFen" float8)
      where r.day <= ${period.to}::date and t.scored > 0
      order by r.day desc limit 1`,
  )
  return run
}

function notesOf(run: ClassRun, lang: Lang): string[] {
  const day = dayText(run.day, lang)
  const scored = run.scored.toLocaleString('en-US')
  const nearest = run.fallbacks.toLocaleString('en-US')
  const spend = formatFen(Math.round(run.spendFen))
  return lang === 'en'
    ? [
        `The classes of ${day} go by the medians of all ${scored} customers with an order within 365 days: last bought ${run.daysSince} days ago, ${run.orders} orders, ${spend}. Better than the median is high, equal is low.`,
        `Of them, ${nearest} fit none of the five classes and were given the nearest.`,
      ]
    : [
        `${day}的分层，按全部 ${scored} 位近一年有订单的客户的中位数划分：${run.daysSince} 天前买过、${run.orders} 单、${spend}。比中位数好算高，相等算低。`,
        `五类里，其中 ${nearest} 人没有完全对上的类别，按最接近的类别归入。`,
      ]
}

const classesNow = ({ deps, isCounted }: ReportQuestion) =>
  reportRows<ClassRow>(
    deps.db,
    Prisma.sql`
      with classed as (
        select k.rfm, k.five, count(*)::int as customers from customer_facts k
        where k.rfm is not null and ${isCounted(Prisma.sql`k.customer_id`)} group by k.rfm, k.five
      )
      select v.what, v.code, sum(customers)::int as customers
      from classed cross join lateral (values ('rfm', rfm), ('five', five)) as v(what, code)
      where v.code is not null group by v.what, v.code`,
  )

const movesSince = ({ deps, period, isCounted }: ReportQuestion) =>
  reportRows<MoveRow>(
    deps.db,
    Prisma.sql`
      select k.what, k.before, k.after, count(*)::int as customers, k.day > ${period.to}::date as later
      from class_change k
      where k.day >= ${period.from}::date and k.what in ('rfm', 'five') and ${isCounted(Prisma.sql`k.customer_id`)}
      group by k.what, k.before, k.after, later order by k.before, k.after`,
  )

/** How many of each class there were at the end of the period. */
function atEnd(
  what: What,
  now: readonly ClassRow[],
  moves: readonly MoveRow[],
): Map<string, number> {
  const customers = new Map<string, number>(
    now.filter((row) => row.what === what).map((row) => [row.code, row.customers]),
  )
  const add = (code: string | null, more: number) => {
    if (code !== null) customers.set(code, (customers.get(code) ?? 0) + more)
  }
  for (const move of moves.filter((each) => each.later && each.what === what)) {
    add(move.after, -move.customers)
    add(move.before, move.customers)
  }
  return customers
}

function nameOf(code: RfmEight | RfmFive | null, lang: Lang): string {
  if (code === null) return lang === 'en' ? 'none' : '未分层'
  return RFM_NAMES[code][lang]
}

const total = (of: Map<string, number>) => sum(of.values(), (customers) => customers)
