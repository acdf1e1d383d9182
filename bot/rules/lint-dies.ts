import type { Lang } from '../../domain/words.ts'
import type { Finding } from './rule.ts'

/** A task that would end before it is due. */
export function lintDies(
  { dueDays, diesDays }: { dueDays: number; diesDays: number },
  lang: Lang,
): Finding[] {
  if (diesDays > dueDays) return []
  return [
    {
      severity: 'error',
      code: 'dies_before_due',
      field: 'diesDays',
      message:
        lang === 'en'
          ? `A task would end after ${diesDays} days, before it is due after ${dueDays}: let it live longer.`
          : `任务 ${diesDays} 天就失效，比截止（${dueDays} 天）还早：把失效天数调大。`,
    },
  ]
}
