import { Prisma } from '../../prisma/db.ts'

/** What two rows of a person may say differently, and what of it can be chosen; the columns, the first tells whether it is known. */
export const MERGE_FIELDS = {
  name: ['name'],
  gender: ['gender'],
  birthday: ['birthday_md', 'birth_year', 'birthday_lunar'],
  mobile: ['mobile_hash', 'mobile_enc'],
  store: ['store_no'],
  guide: ['guide_userid'],
  source: ['source'],
  referrer: ['referrer_member_no'],
} as const satisfies Record<string, readonly [string, ...string[]]>

export type MergeField = keyof typeof MERGE_FIELDS
// the object's own keys
export const MERGE_FIELD_NAMES = Object.keys(MERGE_FIELDS) as MergeField[]

/**
 * What the kept row `m` takes of the row `g` that goes, as assignments. What only one of them knows is kept; of what
 * both know the kept row's, unless it was chosen otherwise. The earlier joining and a “no more” of either always hold.
 */
export function keptColumns(take: readonly MergeField[], now: Date): Prisma.Sql {
  const chosen = MERGE_FIELD_NAMES.flatMap((field) => {
    const columns = MERGE_FIELDS[field]
    const [known] = columns
    const taken = take.includes(field) ? `g.${known} is not null` : `m.${known} is null`
    return columns.map(
      (column) => `${column} = case when ${taken} then g.${column} else m.${column} end`,
    )
  })
  // who came from WeCom has the name and picture that WeCom shows
  const shown = ['wecom_name', 'avatar', 'wecom_type'].map(
    (column) =>
      `${column} = case when g.external_userid is not null then g.${column} else coalesce(m.${column}, g.${column}) end`,
  )
  return Prisma.sql`
    ${Prisma.raw([...chosen, ...shown].join(', '))},
    member_no = coalesce(m.member_no, g.member_no),
    external_userid = coalesce(m.external_userid, g.external_userid),
    unionid = coalesce(m.unionid, g.unionid),
    joined_at = least(m.joined_at, g.joined_at),
    attributes = g.attributes || m.attributes,
    consent = case when 'none' in (m.consent, g.consent) then 'none'
      else coalesce((select c.consent from consent c where c.customer_id = m.id order by c.at desc, c.id desc limit 1),
        m.consent) end,
    match_issue = case when coalesce(m.member_no, g.member_no) is null then m.match_issue end,
    updated_at = ${now}::timestamptz`
}
