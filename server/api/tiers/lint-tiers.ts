import { figuresNow, meetsTiers } from '../../../bot/members/judge-tiers.ts'
import { loadTagRules } from '../../../bot/members/tag-rules.ts'
import { tierFigures } from '../../../bot/members/tier-figures.ts'
import { loadTiers } from '../../../bot/rules/load-tiers.ts'
import type { Finding } from '../../../bot/rules/rule.ts'
import { businessDay } from '../../../domain/business-day.ts'
import { leavesOf } from '../../../domain/customer-filter.ts'
import { lintTiers, type TierFinding } from '../../../domain/lint-tiers.ts'
import type { TierTable } from '../../../domain/tier-table.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import type { TiersLinted } from './schema.ts'

/**
 * Everything that is wrong or odd about a tier table, also beside the chain's customers (reaches a tier nobody, or
 * everybody?) and beside the tag rules that name its tiers.
 */
export async function lintTiersHere(
  deps: AppDeps,
  table: TierTable,
  lang: Lang,
): Promise<TiersLinted> {
  const found = lintTiers(table)
  if (found.some(({ severity }) => severity === 'error')) {
    return { findings: found.map((finding) => findingIn(finding, lang)), reached: null }
  }
  const [reached, named] = await Promise.all([countReached(deps, table), findNamed(deps, table)])
  return {
    findings: [...found, ...named, ...aboutReached(table, reached)].map((finding) =>
      findingIn(finding, lang),
    ),
    reached,
  }
}

/** A finding as the API tells it, in one language. */
export function findingIn({ severity, code, path, message }: TierFinding, lang: Lang): Finding {
  return { severity, code, field: path, message: message[lang] }
}

async function countReached(
  deps: AppDeps,
  table: TierTable,
): Promise<NonNullable<TiersLinted['reached']>> {
  const day = businessDay(deps.clock.now(), deps.zone)
  const met = meetsTiers(table, figuresNow(day))
  const [found] = await reportRows<{ of: number; n: number[] }>(
    deps.db,
    Prisma.sql`
      with ${tierFigures({ table, day, zone: deps.zone, whom: 'everybody' })}
      select count(*)::int as of,
        array[${Prisma.join(met.map((one) => Prisma.sql`count(*) filter (where ${one})`))}]::int[] as n
      from figures f`,
  )
  return {
    of: found?.of ?? 0,
    tiers: table.tiers.map(({ code }, at) => ({ code, n: found?.n[at] ?? 0 })),
  }
}

function aboutReached(
  { tiers }: TierTable,
  { of, tiers: counts }: NonNullable<TiersLinted['reached']>,
): TierFinding[] {
  if (of === 0) return []
  return tiers.flatMap(({ name }, at): TierFinding[] => {
    const n = counts[at]?.n ?? 0
    if (at === 0 || (n > 0 && n < of)) return []
    const finding = { severity: 'warning', path: `tiers[${at}]` } as const
    return n === 0
      ? [
          {
            ...finding,
            code: 'nobody',
            message: {
              'zh-CN': `现在没有一位客户够得上「${name['zh-CN']}」：门槛是不是太高了？`,
              en: `No customer reaches “${name.en}” now: is it too high?`,
            },
          },
        ]
      : [
          {
            ...finding,
            code: 'everybody',
            message: {
              'zh-CN': `所有客户都够得上「${name['zh-CN']}」，它分不出高低：门槛是不是太低了？`,
              en: `Every customer reaches “${name.en}”, so that it tells nobody apart: is it too low?`,
            },
          },
        ]
  })
}

/** Tiers that go away and that automatic tags ask for: those tags would come off. */
async function findNamed(deps: AppDeps, table: TierTable): Promise<TierFinding[]> {
  const { prisma } = deps.db
  const inForce = await loadTiers(prisma)
  const gone = inForce.table.tiers.filter(
    ({ code }) => !table.tiers.some((row) => row.code === code),
  )
  if (gone.length === 0) return []
  const { steps } = await loadTagRules(prisma)
  const rules = steps.flat().map(({ name, filter }) => ({
    name,
    codes: leavesOf(filter).flatMap(({ leaf }) => ('tier' in leaf ? leaf.tier : [])),
  }))
  return gone.flatMap(({ code, name }): TierFinding[] => {
    const names = rules.filter(({ codes }) => codes.includes(code)).map((rule) => rule.name)
    if (names.length === 0) return []
    return [
      {
        severity: 'warning',
        code: 'still_named',
        path: 'tiers',
        message: {
          'zh-CN': `自动标签规则「${names.join('」「')}」还在用等级「${name['zh-CN']}」，删掉后标签会自动取下：请先改规则。`,
          en: `The tag rules “${names.join('”, “')}” ask for the tier “${name.en}”, which goes away: their tags would come off. Change them first.`,
        },
      },
    ]
  })
}
