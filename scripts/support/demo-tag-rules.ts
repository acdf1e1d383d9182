import type { BotDeps } from '../../bot/deps.ts'
import { requestRuleRun } from '../../bot/members/apply-saved-rule.ts'
import { SUGGESTED_TAG_RULES } from '../../domain/suggested-tag-rules.ts'
import type { Prisma } from '../../prisma/db.ts'

/**
 * Turns on the suggested tag rules whose tags are in the demo's library, as its headquarters would; a job brings them to
 * everybody. A real chain gets none of them by itself.
 *
 * @returns how many
 */
export async function turnOnTagRules(deps: BotDeps): Promise<number> {
  const now = deps.clock.now()
  const tags = await deps.db.prisma.tag.findMany({
    where: { deletedAt: null },
    select: { id: true, name: true, group: { select: { dimension: true } } },
  })
  const rules = SUGGESTED_TAG_RULES.flatMap(({ key, name, dimension, filter }) => {
    const tag = tags.find((one) => one.name === name['zh-CN'] && one.group.dimension === dimension)
    return tag ? [{ code: key, name: tag.name, tagId: tag.id, filter }] : []
  })
  await deps.db.prisma.$transaction(async (tx) => {
    for (const { filter, ...rule } of rules) {
      // plain JSON, which an interface is not to the compiler
      const plain = { ...filter } as Prisma.InputJsonObject
      await tx.tagRule.create({ data: { ...rule, version: 1, filter: plain, createdAt: now } })
      await requestRuleRun(tx, { code: rule.code, version: 1 }, now)
    }
  })
  return rules.length
}
