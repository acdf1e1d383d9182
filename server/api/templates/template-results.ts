import { counts } from '../../../bot/rules/counted-order.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { Variant } from '../../../domain/choose-variant.ts'
import { isClearlyAbove, wilson } from '../../../domain/proportion.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rateOf } from '../reports/rate.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import type { TemplateResults } from './schema.ts'
import { visibleTemplate } from './template.ts'

/** days that are looked back at most */
const LOOK_BACK = 180
/** watched customers of a variant below which nothing is said of it */
const ENOUGH = 30

interface Figures {
  variant: string
  sent: number
  reached: number
  answered: number
  watched: number
  bought: number
}

/**
 * What came of each variant since their texts last changed: of the customers whose 7 days after the first message are over,
 * who paid an order within them (domain-rules 11: the window of a send), by guides whom the person may see. A customer
 * counts for the variant that reached them first. Gross: some would have come anyway, of each variant alike.
 *
 * @throws TEMPLATE_NOT_FOUND
 */
export async function templateResults(
  deps: AppDeps,
  user: SignedIn,
  id: string,
  lang: Lang,
): Promise<TemplateResults> {
  const { variants } = await visibleTemplate(deps.db.prisma, user, id, lang)
  const now = deps.clock.now()
  const today = businessDay(now, deps.zone)
  const lookBack = new Date(now.getTime() - LOOK_BACK * 86_400_000)
  const changed = await textsSince(deps, id, variants)
  const since = changed && changed > lookBack ? changed : lookBack
  const found = await reportRows<Figures>(
    deps.db,
    Prisma.sql`
      with said as (
        select t.customer_id, t.variant, t.at, task.outcome,
          row_number() over (partition by t.customer_id order by t.at, t.id) as nth
        from touch t join employee e on e.id = t.employee_id left join task on task.id = t.task_id
        where t.template_id = ${id} and t.at >= ${since} and t.at <= ${now} and t.result = 'sent'
          and ${scope.employees(user)}
      ), judged as (
        select said.*, said.at <= ${now}::timestamptz - interval '7 days' as over, exists (
            select 1 from orders o
            where o.customer_id = said.customer_id and ${counts('o')} and o.paid_at >= said.at
              and o.paid_at < said.at + interval '7 days') as bought
        from said
      )
      select variant, count(*)::int as sent, count(*) filter (where nth = 1)::int as reached,
        count(distinct customer_id) filter (where outcome in ('replied', 'will_visit', 'purchased'))::int as answered,
        count(*) filter (where nth = 1 and over)::int as watched,
        count(*) filter (where nth = 1 and over and bought)::int as bought
      from judged group by variant`,
  )
  const lines = variants.map(({ code }) => {
    const { variant: _variant, ...figures } = found.find(({ variant }) => variant === code) ?? NONE
    const bounds = wilson(figures.bought, figures.watched)
    const { rate } = rateOf(figures.bought, figures.watched)
    return { code, ...figures, rate, low: bounds?.low ?? null, high: bounds?.high ?? null }
  })
  return {
    period: { from: businessDay(since, deps.zone), to: today },
    variants: lines,
    ...verdictOf(lines),
  }
}

const NONE: Figures = { variant: '', sent: 0, reached: 0, answered: 0, watched: 0, bought: 0 }

/** When the variants got the texts they have; null: they always had them. */
async function textsSince(
  deps: AppDeps,
  id: string,
  variants: readonly Variant[],
): Promise<Date | null> {
  const textsOf = (of: readonly Variant[]) =>
    of
      .map(({ code, text }) => `${code}${text}`)
      .toSorted()
      .join('\n')
  const now = textsOf(variants)
  const versions = await deps.db.prisma.wordsTemplateVersion.findMany({
    where: { code: id },
    orderBy: { version: 'desc' },
    select: { variants: true, createdAt: true },
  })
  // only saveTemplate() writes them
  const other = versions.findIndex((one) => textsOf(one.variants as unknown as Variant[]) !== now)
  const same = other === -1 ? versions : versions.slice(0, other)
  return same.at(-1)?.createdAt ?? null
}

/** What may be said of variants beside each other. */
function verdictOf(
  lines: readonly Pick<Figures & { code: string }, 'code' | 'watched' | 'bought'>[],
): Pick<TemplateResults, 'verdict' | 'best'> {
  if (lines.length < 2) return { verdict: 'single', best: null }
  const shown = lines.filter(({ watched }) => watched > 0)
  if (shown.length < 2 || shown.some(({ watched }) => watched < ENOUGH)) {
    return { verdict: 'few', best: null }
  }
  const tally = ({ bought, watched }: { bought: number; watched: number }) => ({
    hits: bought,
    of: watched,
  })
  const best = shown.find((one) =>
    shown.every((other) => other === one || isClearlyAbove(tally(one), tally(other))),
  )
  return best ? { verdict: 'clear', best: best.code } : { verdict: 'noise', best: null }
}
