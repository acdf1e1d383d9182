import { checkReferences, tagsNamed } from '../../../bot/audience/check-references.ts'
import { readFilter } from '../../../bot/audience/read-filter.ts'
import { requestRuleRun } from '../../../bot/members/apply-saved-rule.ts'
import { orderTagRules } from '../../../bot/members/tag-rules.ts'
import type { CustomerFilter } from '../../../domain/customer-filter.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import {
  TagHasRule,
  TagMergedAway,
  TagNotFound,
  TagRuleChanged,
  TagRuleCircle,
  TagRuleNotFound,
  TooManyTagRules,
} from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { NewTagRule } from './schema.ts'

/** each is a look at everybody each night */
const MOST_RULES = 100

interface KnownRule {
  code: string
  version: number
  name: string
  tagId: bigint
  filter: CustomerFilter
}

/**
 * Saves a new rule, or the next version of one; a job applies it to everybody at once, and what arrives meanwhile to whom
 * it concerns.
 *
 * @param replaces the rule and the version that was read; missing: a new rule
 * @returns the rule's code
 * @throws BadFilter, TAG_NOT_FOUND, TAG_MERGED_AWAY, TAG_RULE_NOT_FOUND, TAG_RULE_CHANGED, TAG_HAS_RULE, TAG_RULE_CIRCLE,
 * TOO_MANY_TAG_RULES
 */
export async function saveTagRule(
  deps: AppDeps,
  user: SignedIn,
  given: NewTagRule,
  replaces?: { code: string; version: number },
): Promise<string> {
  const filter = readFilter(given.filter)
  const name = given.name.trim()
  if (name === '') throw badField('name', 'is empty: send 1 to 30 characters.')
  const tagId = BigInt(given.tagId)
  const now = deps.clock.now()
  return deps.db.prisma.$transaction(async (tx) => {
    // one after the other: of two rules for one tag, or that ask for each other's, one is refused
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('tag rules', 0))`
    await checkReferences((statement) => tx.$queryRaw(statement), filter)
    const tag = await tx.tag.findFirst({
      where: { id: tagId, deletedAt: null, group: { deletedAt: null, strategyId: null } },
      select: { name: true },
    })
    if (!tag) throw new TagNotFound(given.tagId)
    await refuseMergedAway(tx, [tagId, ...tagsNamed(filter)])
    const known = await knownRules(tx)
    const old = replaces && known.find(({ code }) => code === replaces.code)
    if (replaces && !old) throw new TagRuleNotFound(replaces.code)
    if (old && old.version !== replaces?.version) throw new TagRuleChanged(String(old.version))
    const others = known.filter((rule) => rule !== old)
    if (!old && others.length >= MOST_RULES) throw new TooManyTagRules(String(MOST_RULES))
    const rival = others.find((rule) => rule.tagId === tagId)
    if (rival) throw new TagHasRule(tag.name, rival.name)
    if (!orderTagRules([...others, { tagId, filter }]))
      throw new TagRuleCircle(tagsNamed(filter).join('、'))
    const version = (old?.version ?? 0) + 1
    const [made] = await tx.$queryRaw<{ code: string }[]>(Prisma.sql`
      with next as (select nextval(pg_get_serial_sequence('tag_rule', 'id')) as id)
      insert into tag_rule (id, code, version, name, tag_id, filter, enabled, valid_days, created_by, created_at)
      select id, coalesce(${old?.code ?? null}, 'rule-' || id), ${version}::int, ${name}, ${tagId},
        ${JSON.stringify(filter)}::jsonb, ${given.enabled ?? true}, ${given.validDays ?? null}::int, ${user.userid}, ${now}
      from next returning code`)
    const code = made?.code ?? ''
    await requestRuleRun(tx, { code, version }, now)
    await tx.auditLog.create({
      data: {
        at: now,
        actor: user.userid,
        action: 'save_tag_rule',
        subject: `tag_rule:${code}`,
        detail: { version },
      },
    })
    return code
  })
}

/** A tag that was made part of another has no customers, and is about to be deleted. */
async function refuseMergedAway(tx: Db, tagIds: bigint[]): Promise<void> {
  const merge = await tx.tagMerge.findFirst({
    where: { fromId: { in: tagIds }, state: { not: 'undone' } },
    orderBy: { id: 'desc' },
    select: { from: { select: { name: true } }, into: { select: { name: true } } },
  })
  if (merge) throw new TagMergedAway(merge.from.name, merge.into.name)
}

/** The newest version of each rule, also of those that are off: they may be switched on again. */
async function knownRules(tx: Db): Promise<KnownRule[]> {
  return tx.$queryRaw<KnownRule[]>(Prisma.sql`
    select distinct on (code) code, version, name, tag_id as "tagId", filter
    from tag_rule order by code, version desc`)
}
