import { ruleOf } from '../../../bot/rules/registry.ts'
import type { Finding } from '../../../bot/rules/rule.ts'
import { countFound } from '../../../bot/tasks/count-found.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { Lang, RuleKind } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { lintStores } from './lint-stores.ts'
import type { LintAnswer, RuleStores } from './schema.ts'

/** of all customers: a rule that finds more in a week is no personal word any more */
const TOO_MANY = 0.5
const LONGEST_MS = 30_000

/** Everything that is wrong or odd about a rule's numbers and stores, also beside the chain's customers: finds it nobody, or all? */
export async function lintRule(
  deps: AppDeps,
  kind: RuleKind,
  { params, stores }: { params: Record<string, unknown>; stores: RuleStores | null },
  lang: Lang,
): Promise<LintAnswer> {
  const rule = ruleOf(kind)
  const findings = [...rule.lint(params, lang), ...(await lintStores(deps.db.prisma, stores, lang))]
  if (findings.some(({ severity }) => severity === 'error')) return { findings, found: null }
  const day = businessDay(deps.clock.now(), deps.zone)
  const { found, customers } = await deps.db.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw(
        Prisma.sql`select set_config('statement_timeout', ${String(LONGEST_MS)}, true)`,
      )
      return await countFound(tx, { rule, params, stores }, { day, zone: deps.zone })
    },
    { timeout: LONGEST_MS },
  )
  return {
    findings: [...findings, ...aboutCounts(found, customers, lang)],
    found: { customers: found, of: customers },
  }
}

function aboutCounts(found: number, customers: number, lang: Lang): Finding[] {
  const warning = (code: string, message: string): Finding[] => [
    { severity: 'warning', code, field: null, message },
  ]
  if (found === 0) {
    return warning(
      'finds_nobody',
      lang === 'en'
        ? 'In a whole week it finds nobody: are the numbers too strict, or the data missing?'
        : '一整周也找不到一位客户：是不是条件太严，或者数据还没有？',
    )
  }
  if (found > customers * TOO_MANY) {
    const share = Math.round((found / customers) * 100)
    return warning(
      'finds_most',
      lang === 'en'
        ? `In a week it finds ${share} % of all customers: that is no personal word any more.`
        : `一周就会找到 ${share}% 的客户，算不上专门的问候了：把条件收紧一些。`,
    )
  }
  return []
}
