import { loadTagRules } from '../../../bot/members/tag-rules.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import type { TagRuleView } from './schema.ts'

/** The newest version of each rule, or of one; those that stand still say why. */
export async function findTagRules(
  deps: AppDeps,
  lang: Lang,
  code?: string,
): Promise<TagRuleView[]> {
  const { broken } = await loadTagRules(deps.db.prisma)
  const found = await rows<{ rule: Omit<TagRuleView, 'broken'> }>(
    deps.db,
    Prisma.sql`select row_to_json(x) as rule from (
      select r.code, r.version, r.name, r.tag_id::text as "tagId", t.name as "tagName", r.filter, r.enabled,
        r.valid_days as "validDays", r.created_by as "createdBy", r.created_at as "createdAt", done.run
      from (select distinct on (code) * from tag_rule order by code, version desc) r
      join tag t on t.id = r.tag_id
      left join lateral (
        select json_build_object('changed', n.changed, 'requestedAt', n.requested_at, 'finishedAt', n.finished_at,
          'share', case when n.finished_at is not null then 1
            else round(coalesce(n.up_to::numeric / nullif(n.last_id, 0), 0), 3) end) as run
        from tag_rule_run n where n.code = r.code and n.version = r.version
      ) done on true
      ${code === undefined ? Prisma.empty : Prisma.sql`where r.code = ${code}`}
      order by r.name, r.code) x`,
  )
  return found.map(({ rule }) => ({
    ...rule,
    broken: broken.find((one) => one.code === rule.code)?.why[lang] ?? null,
  }))
}
