import { checkReferences } from '../../../bot/audience/check-references.ts'
import { filterSql, filterTables } from '../../../bot/audience/filter-sql.ts'
import { readFilter } from '../../../bot/audience/read-filter.ts'
import { lowestTierCode } from '../../../bot/rules/tier-sql.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { Lang, Tier } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { displayName } from '../customers/display-name.ts'
import type { AudiencePreview } from './schema.ts'

const SAMPLE = 10

/**
 * Who of one's customers a filter means, today: counted by store and by why some can't be written to. Who has said “no
 * more” counts as that, also without a relation.
 *
 * @throws BadFilter naming the place
 */
export async function previewAudience(
  deps: AppDeps,
  user: SignedIn,
  sent: unknown,
  lang: Lang,
): Promise<AudiencePreview> {
  const filter = readFilter(sent)
  await checkReferences((statement) => reportRows(deps.db, statement), filter)
  const now = deps.clock.now()
  const moment = { day: businessDay(now, deps.zone), now, zone: deps.zone }
  const meant = Prisma.sql`${filterTables}
    where ${filterSql(filter, moment)} and ${scope.customers(user)}`
  const stores = await reportRows<StoreRow>(
    deps.db,
    Prisma.sql`
      select of_store.store_no as "storeNo", st.name as "storeName", of_store.n as count,
        of_store.no_consent as "noConsent", of_store.no_relation as "noRelation", of_store.first_id::text as "firstId"
      from (
        select store_no, count(*)::int as n, count(*) filter (where no_consent)::int as no_consent,
          count(*) filter (where not no_consent and no_relation)::int as no_relation, min(id) as first_id
        from (
          select c.id, c.store_no, c.consent = 'none' as no_consent, not c.reachable as no_relation from ${meant}
        ) meant group by 1
      ) of_store left join store st on st.store_no = of_store.store_no
      order by of_store.store_no is null, of_store.n desc, of_store.store_no`,
  )
  const firsts = stores.slice(0, SAMPLE).map(({ firstId }) => firstId)
  // of many stores, one of each: found by the counting, so that a chain is not read twice
  const shown =
    firsts.length === SAMPLE
      ? Prisma.sql`select c.* from ${filterTables} where c.id = any(${firsts}::bigint[])`
      : Prisma.sql`select c.* from ${meant} order by c.id limit ${SAMPLE}`
  const sample = await reportRows<SampleRow>(
    deps.db,
    Prisma.sql`
      select found.id::text, p.name, p.wecom_name as "wecomName", p.member_no as "memberNo",
        found.store_no as "storeNo", coalesce(found.tier, ${lowestTierCode}) as tier
      from (${shown}) found join customer p on p.id = found.id order by found.id`,
  )
  const sum = (of: (row: StoreRow) => number) => stores.reduce((all, row) => all + of(row), 0)
  return {
    count: sum((row) => row.count),
    sample: sample.map(({ name, wecomName, ...row }) => ({
      ...row,
      name: displayName({ name, wecomName }, lang),
    })),
    byStore: stores.map(({ storeNo, storeName, count }) => ({ storeNo, storeName, count })),
    notReachable: {
      no_consent: sum((row) => row.noConsent),
      no_relation: sum((row) => row.noRelation),
    },
  }
}

interface StoreRow {
  storeNo: string | null
  storeName: string | null
  count: number
  noConsent: number
  noRelation: number
  /** lowest id of a customer meant */
  firstId: string
}

interface SampleRow {
  id: string
  name: string | null
  wecomName: string | null
  memberNo: string | null
  storeNo: string | null
  tier: Tier
}
