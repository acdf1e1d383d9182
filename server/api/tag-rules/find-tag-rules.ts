import { loadTagRules } from '../../../bot/members/tag-rules.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import type { TagRuleView } from './schema.ts'

/** The newest version of each rule, or of one; those that stand still say why. */
export async function findTagRules(deps: AppDeps, code?: string): Promise<TagRuleView[]> {
  const { broken } = await loadTagRules(deps.db.prisma)
  const found = await rows<{ rule: Omit<TagRuleView, 'broken'> }>(
    deps.db,
    Prisma.sql`select row_to_json(x) as rule from (
      select r.code, r.version, r.name, r.tag_id::text as "tagId", t.name as "tagName", r.filter, r.enabled,
        r.valid_days as "validDays", r.created_by as "createdBy", r.created_at as "createdAt"
      from (select distinct on (code) * from tag_rule order by code, version desc) r
      join tag t on t.id = r.tag_id
      ${code === undefined ? Prisma.empty : Prisma.sql`where r.code = ${code}`}
      order by r.name, r.code) x`,
  )
  return found.map(({ rule }) => ({
    ...rule,
    broken: broken.find((one) => one.code === rule.code)?.why ?? null,
  }))
}
