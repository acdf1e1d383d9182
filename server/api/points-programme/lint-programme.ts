import { loadProgramme, PROGRAMME_PREFIX } from '../../../bot/members/points-programme.ts'
import type { Finding } from '../../../bot/rules/rule.ts'
import { addDays, atTime, businessDay } from '../../../domain/business-day.ts'
import { lintProgramme } from '../../../domain/lint-programme.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'

/** lines of the ledger that are looked at, the newest */
const LINES = 1_000
const RECENT_DAYS = 30

/**
 * Everything that is wrong or odd about a programme, also beside the ledger: points that the chain's own systems send
 * would be given twice.
 */
export async function lintProgrammeHere(
  deps: AppDeps,
  { enabled, params }: { enabled: boolean; params: object },
  lang: Lang,
): Promise<Finding[]> {
  const today = businessDay(deps.clock.now(), deps.zone)
  const inForce = await loadProgramme(deps.db.prisma)
  const begun = inForce?.enabled ? inForce.params.startsOn : null
  const findings = lintProgramme(params, { today, inForce: begun }).map(
    ({ message, ...finding }): Finding => ({ ...finding, message: message[lang] }),
  )
  if (!enabled || !(await hasOtherLedger(deps, addDays(today, -RECENT_DAYS)))) return findings
  return [
    ...findings,
    { severity: 'warning', code: 'two_ledgers', field: null, message: TWO_LEDGERS[lang] },
  ]
}

async function hasOtherLedger(deps: AppDeps, since: string): Promise<boolean> {
  const [found] = await rows<{ yes: boolean }>(
    deps.db,
    Prisma.sql`
      select exists (
        select 1 from (select entry_no, kind, occurred_at from points_entry order by id desc limit ${LINES}) newest
        where kind = 'earn' and not starts_with(entry_no, ${PROGRAMME_PREFIX})
          and occurred_at >= ${atTime(since, '00:00', deps.zone)}) as yes`,
  )
  return found?.yes === true
}

const TWO_LEDGERS: Record<Lang, string> = {
  'zh-CN': '最近 30 天，你们自己的系统还在送来积分：两边都给，客户会拿到双份。先停掉一边。',
  en: 'Your own systems sent points within 30 days: customers would get them twice. Stop one of the two first.',
}
