import type { CustomerFilter } from '../../domain/customer-filter.ts'
import type { Lang } from '../../domain/words.ts'
import { keptPlan, Prisma, type Db } from '../../prisma/db.ts'
import { tagsNamed } from '../audience/check-references.ts'
import { BadFilter, readFilter } from '../audience/read-filter.ts'

/** One version of an automatic tag's rule. */
export interface TagRule {
  code: string
  version: number
  name: string
  tagId: bigint
  filter: CustomerFilter
  /** days after which the tag comes off by itself; null: as long as the filter holds */
  validDays: number | null
}

/** The rules that hold now, and those that stand still because what they are made of is gone. */
export interface TagRulesInForce {
  /** in steps: a rule that asks for another's tag is in a later one */
  steps: TagRule[][]
  broken: { code: string; why: Record<Lang, string> }[]
}

interface StoredRule extends Omit<TagRule, 'filter'> {
  filter: unknown
  tagName: string
  tagDeleted: boolean
}

/**
 * The highest version of each rule that is enabled. A rule whose tag, or a tag in whose filter, was deleted stands
 * still: “none of them” would be true of everybody then. Its tags stay as they are.
 */
export async function loadTagRules(db: Db): Promise<TagRulesInForce> {
  const stored = await db.$queryRaw<StoredRule[]>(Prisma.sql`${keptPlan()}
    select r.code, r.version, r.name, r.tag_id as "tagId", r.filter, r.valid_days as "validDays",
      t.name as "tagName", t.deleted_at is not null as "tagDeleted"
    from (select distinct on (code) * from tag_rule order by code, version desc) r
    join tag t on t.id = r.tag_id where r.enabled`)
  const broken: TagRulesInForce['broken'] = []
  const read = stored.flatMap(({ filter: sent, tagName, tagDeleted, ...rule }) => {
    if (tagDeleted) {
      broken.push({ code: rule.code, why: ownTagGone(tagName) })
      return []
    }
    try {
      return [{ ...rule, filter: readFilter(sent) }]
    } catch (error) {
      if (!(error instanceof BadFilter)) throw error
      broken.push({ code: rule.code, why: filterUnusable(error.message) })
      return []
    }
  })
  const named = read.flatMap(({ filter }) => tagsNamed(filter))
  const gone = await goneTags(db, named)
  const rules = read.filter(({ code, filter }) => {
    const missing = tagsNamed(filter).find((id) => gone.has(id))
    if (missing === undefined) return true
    broken.push({ code, why: filterTagGone(gone.get(missing) ?? String(missing)) })
    return false
  })
  return { steps: inOrder(rules), broken }
}

/** Of some tags those that are in the library no more, with their names. */
async function goneTags(db: Db, ids: bigint[]): Promise<Map<bigint, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.$queryRaw<{ id: bigint; name: string | null }[]>(Prisma.sql`
    select n.id, t.name from unnest(${[...new Set(ids)]}::bigint[]) as n(id)
    left join tag t on t.id = n.id left join tag_group g on g.id = t.group_id
    where t.id is null or t.deleted_at is not null or g.deleted_at is not null`)
  return new Map(rows.map(({ id, name }) => [id, name ?? String(id)]))
}

// what headquarters reads beside the rule: what is the matter, and the remedy

const ownTagGone = (tag: string): Record<Lang, string> => ({
  'zh-CN': `标签“${tag}”已被删除，规则停在原地：请换一个标签，或停用规则。`,
  en: `Its tag “${tag}” was deleted, so it stands still: give another tag, or switch it off.`,
})

const filterTagGone = (tag: string): Record<Lang, string> => ({
  'zh-CN': `条件里的标签“${tag}”已被删除，规则停在原地：请把它从条件里去掉。`,
  en: `The tag “${tag}” in its filter was deleted, so it stands still: take it out of the filter.`,
})

const filterUnusable = (why: string): Record<Lang, string> => ({
  'zh-CN': `条件不能用，规则停在原地：${why}。请重新保存条件。`,
  en: `Its filter can’t be used, so it stands still: ${why}. Save the filter anew.`,
})

/**
 * Rules in steps, each after the one that holds the rules whose tags it asks for; null when they go round in a circle,
 * as does one that asks for its own tag.
 */
export function orderTagRules<Rule extends Pick<TagRule, 'tagId' | 'filter'>>(
  rules: readonly Rule[],
): Rule[][] | null {
  const steps: Rule[][] = []
  let left = [...rules]
  while (left.length > 0) {
    const made = new Set(left.map(({ tagId }) => tagId))
    const free = left.filter(({ filter }) => !tagsNamed(filter).some((id) => made.has(id)))
    if (free.length === 0) return null
    steps.push(free)
    left = left.filter((rule) => !free.includes(rule))
  }
  return steps
}

/** Saving refuses circles, and tags of two rules. */
function inOrder(rules: TagRule[]): TagRule[][] {
  const sorted = rules.toSorted((a, b) => (a.code < b.code ? -1 : 1))
  return orderTagRules(sorted) ?? sorted.map((rule) => [rule])
}
