import type { CustomerFilter } from '../../domain/customer-filter.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
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
  broken: { code: string; why: string }[]
}

interface StoredRule extends Omit<TagRule, 'filter'> {
  filter: unknown
  tagDeleted: boolean
}

/**
 * The highest version of each rule that is enabled. A rule whose tag, or a tag in whose filter, was deleted stands
 * still: “none of them” would be true of everybody then. Its tags stay as they are.
 */
export async function loadTagRules(db: Db): Promise<TagRulesInForce> {
  const stored = await db.$queryRaw<StoredRule[]>(Prisma.sql`
    select r.code, r.version, r.name, r.tag_id as "tagId", r.filter, r.valid_days as "validDays",
      t.deleted_at is not null as "tagDeleted"
    from (select distinct on (code) * from tag_rule order by code, version desc) r
    join tag t on t.id = r.tag_id where r.enabled`)
  const broken: TagRulesInForce['broken'] = []
  const read = stored.flatMap(({ filter: sent, tagDeleted, ...rule }) => {
    if (tagDeleted) {
      broken.push({ code: rule.code, why: 'its tag was deleted' })
      return []
    }
    try {
      return [{ ...rule, filter: readFilter(sent) }]
    } catch (error) {
      if (!(error instanceof BadFilter)) throw error
      broken.push({ code: rule.code, why: error.message })
      return []
    }
  })
  const named = read.flatMap(({ filter }) => tagsNamed(filter))
  const live = await liveTags(db, named)
  const rules = read.filter(({ code, filter }) => {
    const gone = tagsNamed(filter).find((id) => !live.has(id))
    if (gone !== undefined) broken.push({ code, why: `tag ${gone} of its filter was deleted` })
    return gone === undefined
  })
  return { steps: inOrder(rules), broken }
}

async function liveTags(db: Db, ids: bigint[]): Promise<Set<bigint>> {
  if (ids.length === 0) return new Set()
  const rows = await db.tag.findMany({
    where: { id: { in: ids }, deletedAt: null, group: { deletedAt: null } },
    select: { id: true },
  })
  return new Set(rows.map(({ id }) => id))
}

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
