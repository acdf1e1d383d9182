import { readStores } from '../../../bot/rules/holds-for.ts'
import { ruleOf } from '../../../bot/rules/registry.ts'
import { RULE_KINDS, type Lang, type RuleKind } from '../../../domain/words.ts'
import type { Db, Prisma } from '../../../prisma/db.ts'
import { authorNames } from '../author-names.ts'
import { lintStores } from './lint-stores.ts'
import type { RuleBrief, RuleStores, RuleView } from './schema.ts'

const HISTORY = 50

/** A rule as it is now, switched on or not. */
export interface CurrentRule {
  version: number
  enabled: boolean
  params: Record<string, unknown>
  stores: RuleStores | null
}

/** The newest version of a kind over the defaults of its file, which are version 1. */
export async function currentRule(db: Db, kind: RuleKind): Promise<CurrentRule> {
  const row = await db.rule.findFirst({ where: { kind }, orderBy: { version: 'desc' } })
  const defaults = { ...ruleOf(kind).defaults }
  if (!row) return { version: 1, enabled: !ruleOf(kind).startsOff, params: defaults, stores: null }
  return {
    version: row.version,
    enabled: row.enabled,
    params: { ...defaults, ...asObject(row.params) },
    stores: storesOf(kind, row.stores),
  }
}

/** Every rule as it is now. */
export async function listRules(db: Db, lang: Lang): Promise<RuleBrief[]> {
  return await Promise.all(
    RULE_KINDS.map(async (kind) => ({
      kind,
      label: ruleOf(kind).label[lang],
      ...(await currentRule(db, kind)),
    })),
  )
}

/** A rule with its bounds, what the linter says of it, and who changed it when. */
export async function findRule(db: Db, kind: RuleKind, lang: Lang): Promise<RuleView> {
  const rule = ruleOf(kind)
  const current = await currentRule(db, kind)
  const history = await db.rule.findMany({
    where: { kind },
    orderBy: { version: 'desc' },
    take: HISTORY,
  })
  const nameOf = await authorNames(
    db,
    history.map(({ createdBy }) => createdBy),
  )
  return {
    kind,
    label: rule.label[lang],
    ...current,
    defaults: { ...rule.defaults },
    schema: { ...rule.params },
    findings: [...rule.lint(current.params, lang), ...(await lintStores(db, current.stores, lang))],
    history: history.map(({ version, enabled, params, stores, createdBy, createdAt }) => ({
      version,
      enabled,
      params: asObject(params),
      stores: storesOf(kind, stores),
      by: createdBy,
      byName: nameOf(createdBy),
      at: createdAt.toISOString(),
    })),
  }
}

/** A copy that the answer may hold. */
function storesOf(kind: RuleKind, stored: Prisma.JsonValue): RuleStores | null {
  const stores = readStores(kind, stored)
  return stores && { regions: [...stores.regions], storeNos: [...stores.storeNos] }
}

function asObject(value: Prisma.JsonValue): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
