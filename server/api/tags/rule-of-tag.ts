import { tagsNamed } from '../../../bot/audience/check-references.ts'
import type { CustomerFilter } from '../../../domain/customer-filter.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'

/**
 * The name of a rule that gives a tag or asks for it, also of one that is switched off; null where there is none. No
 * rule is saved until the transaction ends.
 */
export async function ruleOfTag(tx: Db, tagId: bigint): Promise<string | null> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('tag rules', 0))`
  const rules = await tx.$queryRaw<{ name: string; tagId: bigint; filter: CustomerFilter }[]>(
    Prisma.sql`select distinct on (code) name, tag_id as "tagId", filter from tag_rule order by code, version desc`,
  )
  const rule = rules.find((one) => one.tagId === tagId || tagsNamed(one.filter).includes(tagId))
  return rule?.name ?? null
}
