import { leavesOf, type CustomerFilter } from '../../domain/customer-filter.ts'
import { Prisma } from '../../prisma/db.ts'
import { tierBounds } from '../rules/tier-sql.ts'
import { BadFilter } from './read-filter.ts'

/** One thing that a filter names, and where. */
interface Reference {
  kind: 'tag' | 'tier' | 'store' | 'region' | 'guide'
  id: string
  /** in what was sent: /and/1/tags/any/0 */
  at: string
}

const SAYS: Record<Reference['kind'], string> = {
  tag: 'names a tag that is not in the library, or was deleted: read GET /api/tags again',
  tier: 'names a tier that the tier table does not have: read GET /api/tiers',
  store: 'names a store that there is not',
  region: 'names a region that no store is in',
  guide: 'names somebody who is not an employee',
}

/** Runs a statement: Prisma's, or the pool's. */
type Ask = (statement: Prisma.Sql) => Promise<{ n: number }[]>

/**
 * Checks that all tags, tiers, stores, regions and employees that a filter names are there, in one statement.
 *
 * @param at the field that the filter came in
 * @throws BadFilter naming the first that is not
 */
export async function checkReferences(
  ask: Ask,
  filter: CustomerFilter,
  at = 'filter',
): Promise<void> {
  const named = referencesOf(filter)
  if (named.length === 0) return
  const missing = await ask(Prisma.sql`
    select n::int from unnest(${named.map(({ kind }) => kind)}::text[], ${named.map(({ id }) => id)}::text[])
      with ordinality as r(kind, id, n)
    where not case r.kind
      when 'tag' then exists (select from tag t join tag_group g on g.id = t.group_id
        where t.id = r.id::bigint and t.deleted_at is null and g.deleted_at is null)
      when 'tier' then r.id in (select bound.tier from ${tierBounds})
      when 'store' then exists (select from store where store_no = r.id)
      when 'region' then exists (select from store where region = r.id)
      else exists (select from employee where userid_key = r.id) end
    order by n limit 1`)
  const first = missing[0] && named[missing[0].n - 1]
  if (!first) return
  throw new BadFilter([
    {
      keyword: 'reference',
      instancePath: `/${at}${first.at}`,
      schemaPath: '',
      params: {},
      message: SAYS[first.kind],
    },
  ])
}

/** Ids of the tags that a filter names, each once. */
export function tagsNamed(filter: CustomerFilter): bigint[] {
  const ids = referencesOf(filter).flatMap(({ kind, id }) => (kind === 'tag' ? [id] : []))
  return [...new Set(ids)].map(BigInt)
}

function referencesOf(filter: CustomerFilter): Reference[] {
  return leavesOf(filter).flatMap(({ leaf, path }) => {
    const at = `/${path.replaceAll('[', '/').replaceAll(']', '').replaceAll('.', '/')}`
    const list = (kind: Reference['kind'], ids: readonly string[], below = '') =>
      ids.map((id, n): Reference => ({ kind, id, at: `${at}${below}/${n}` }))
    if ('tags' in leaf)
      return Object.entries(leaf.tags).flatMap(([how, ids]) => list('tag', ids, `/${how}`))
    if ('tier' in leaf) return list('tier', leaf.tier)
    if ('store' in leaf) return list('store', leaf.store)
    if ('region' in leaf) return list('region', leaf.region)
    if ('guide' in leaf)
      return list(
        'guide',
        leaf.guide.map((userid) => userid.toLowerCase()),
      )
    return []
  })
}
