import { businessDay } from '../../../domain/business-day.ts'
import { tagWhy } from '../../../domain/tag-evidence.ts'
import type { Lang, TagDimension } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { CustomerTagView } from './schema.ts'

/** A customer's tag as statements bring it. */
export interface TagRow {
  id: string
  name: string
  dimension: TagDimension
  groupName: string
  origin: 'guide' | 'rule' | 'wecom'
  /** userid, or rule@version */
  originBy: string | null
  addedAt: string
  evidence: Record<string, unknown> | null
  /** the rule's name in the version that put it on */
  rule: string | null
}

/** The name of the rule that put a tag on, beside a customer_tag aliased `ct`; null for a person's tag. */
export const ruleName = Prisma.sql`case when ct.origin = 'rule' then (
  select r.name from tag_rule r
  where r.code || '@' || r.version = ct.origin_by and r.code = split_part(ct.origin_by, '@', 1)) end`

/** As people see it: of an automatic tag with its reason. */
export function tagView(
  { evidence, rule, ...tag }: TagRow,
  zone: string,
  lang: Lang,
): CustomerTagView {
  if (tag.origin !== 'rule' || rule === null) return { ...tag, why: null }
  const day = businessDay(new Date(tag.addedAt), zone)
  const version = Number(tag.originBy?.split('@').at(-1))
  return { ...tag, why: tagWhy({ rule, version, day, facts: evidence ?? {} }, lang) }
}
