import type { CustomerFilter } from '../../../domain/customer-filter.ts'
import type { AppDeps } from '../../deps.ts'
import { authorNames } from '../author-names.ts'
import type { TagRuleHistory } from './schema.ts'

const HISTORY = 50

/** Who saved which version of a rule, newest first; none of a rule that there isn't. */
export async function findTagRuleHistory(deps: AppDeps, code: string): Promise<TagRuleHistory> {
  const { prisma } = deps.db
  const versions = await prisma.tagRule.findMany({
    where: { code },
    orderBy: { version: 'desc' },
    take: HISTORY,
    include: { tag: { select: { name: true } } },
  })
  const nameOf = await authorNames(
    prisma,
    versions.map(({ createdBy }) => createdBy),
  )
  return {
    items: versions.map(
      ({ version, name, tagId, tag, filter, enabled, validDays, createdBy, createdAt }) => ({
        version,
        name,
        tagId: String(tagId),
        tagName: tag.name,
        // only saveTagRule() writes them
        filter: filter as unknown as CustomerFilter,
        enabled,
        validDays,
        by: createdBy,
        byName: nameOf(createdBy),
        at: createdAt.toISOString(),
      }),
    ),
  }
}
