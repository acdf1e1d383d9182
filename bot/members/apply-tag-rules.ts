import { addDays, atTime, businessDay } from '../../domain/business-day.ts'
import { leafName, leavesOf, type CustomerFilter } from '../../domain/customer-filter.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { evidenceSql } from '../audience/evidence-sql.ts'
import { filterHolds, filterTables, type FilterMoment } from '../audience/filter-sql.ts'
import { settleStages } from './settle-stages.ts'
import { loadTagRules, type TagRule } from './tag-rules.ts'

/** as removed_by of a tag whose days are over */
const EXPIRED = 'expired'

/**
 * Brings the automatic tags of some customers into step with what is known of them, as the night does for everybody:
 * for what has just arrived. WeCom is not told; see retag and queueMirror.
 *
 * The customers' rows are locked first, in the order of their ids, as imports lock them: whoever changes what a rule
 * asks for comes before or after, never between question and answer.
 *
 * @param options.rulesHeld holdRules was part of an earlier statement: without rules, nothing more is asked
 * @returns customers whose tags changed
 */
export async function refreshTags(
  tx: Db,
  { zone }: { zone: string },
  customerIds: readonly bigint[],
  now: Date,
  options: { rulesHeld?: boolean } = {},
): Promise<bigint[]> {
  if (customerIds.length === 0) return []
  if (!options.rulesHeld) await lockForTags(tx, customerIds)
  const { steps } = await loadTagRules(tx)
  if (steps.length === 0) return []
  if (options.rulesHeld) await lockForTags(tx, customerIds)
  const moment = { day: businessDay(now, zone), now, zone }
  const rules = steps.flat()
  if (rules.some(({ filter }) => asksForStage(filter))) await settleStages(tx, customerIds, moment)
  const changed = new Set<bigint>()
  for (const step of steps)
    for (const id of await applyTagRules(tx, step, customerIds, moment)) changed.add(id)
  return [...changed]
}

function asksForStage(filter: CustomerFilter): boolean {
  return leavesOf(filter).some(({ leaf }) => leafName(leaf) === 'stage')
}

const RULES_IN_USE = 'tag rules in use'

/** FROM item: rules that this transaction reads from the next statement on are those waitForRulesInUse() waits for. */
export const holdRules = Prisma.sql`pg_advisory_xact_lock_shared(hashtextextended(${RULES_IN_USE}, 0)) as held`

/** Nobody else changes the facts or tags of these customers until the transaction ends; the rules are held, too. */
export async function lockForTags(tx: Db, customerIds: readonly bigint[]): Promise<void> {
  await tx.$executeRaw`
    select 1 from (select ${holdRules} offset 0) rules, customer
    where id = any(${customerIds}::bigint[]) order by id for no key update of customer`
}

/** Until every transaction has ended that may apply rules as they were before now. */
export async function waitForRulesInUse(db: Db): Promise<void> {
  await db.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${RULES_IN_USE}, 0))`
}

/**
 * Applies rules that ask for none of each other's tags to some customers, in one statement that writes only what differs
 * (domain-rules 13):
 * - who fits gets the tag, with the facts that held, unless they have it already, whoever put it on;
 * - a tag of the rule whose filter holds no more, or whose days are over, comes off;
 * - a tag that a person took off, or whose days were over, is put on again only after the filter has stopped holding
 *   in between (“its facts changed”): lapsed_at notes that it did.
 *
 * @returns customers whose tags changed, once for each tag
 */
export async function applyTagRules(
  tx: Db,
  rules: readonly TagRule[],
  customerIds: readonly bigint[],
  moment: FilterMoment,
): Promise<bigint[]> {
  const { now } = moment
  const ofRule = Prisma.sql`ct.customer_id = j.id and ct.tag_id = j.tag_id`
  const isOn = Prisma.sql`${ofRule} and ct.removed_at is null and ct.origin = 'rule'
    and split_part(ct.origin_by, '@', 1) = j.code`
  const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    with judged as materialized (
      -- evidence is null of whom the filter doesn't fit
      select c.id, r.* from ${filterTables}
      cross join lateral (values ${Prisma.join(rules.map((rule) => judge(rule, moment)))})
        as r(tag_id, code, origin_by, expires_at, evidence)
      where c.id = any(${customerIds}::bigint[])
    ), added as (
      insert into customer_tag as ct (customer_id, tag_id, origin, origin_by, evidence, added_at, expires_at)
      select j.id, j.tag_id, 'rule', j.origin_by, j.evidence, ${now}, j.expires_at
      from judged j left join customer_tag ct on ${ofRule}
      where j.evidence is not null and (ct.customer_id is null or ct.removed_at is not null and ct.lapsed_at is not null)
      order by j.id, j.tag_id
      on conflict (customer_id, tag_id) do update set
        origin = excluded.origin, origin_by = excluded.origin_by, evidence = excluded.evidence,
        added_at = excluded.added_at, expires_at = excluded.expires_at,
        removed_at = null, removed_by = null, lapsed_at = null
      where ct.removed_at is not null and ct.lapsed_at is not null
      returning ct.customer_id as id
    ), ended as (
      update customer_tag ct set removed_at = ${now}, removed_by = j.origin_by, lapsed_at = ${now}
      from judged j where ${isOn} and j.evidence is null
      returning ct.customer_id as id
    ), expired as (
      update customer_tag ct set removed_at = ct.expires_at, removed_by = ${EXPIRED}
      from judged j where ${isOn} and j.evidence is not null and ct.expires_at <= ${now}
      returning ct.customer_id as id
    ), lapsed as (
      update customer_tag ct set lapsed_at = ${now}
      from judged j where ${ofRule} and j.evidence is null and ct.removed_at is not null and ct.lapsed_at is null
    )
    select id from added union all select id from ended union all select id from expired`)
  return rows.map(({ id }) => id)
}

/** One rule's line about a customer: what it would put on, and the evidence where its filter holds. */
function judge(
  { code, version, tagId, validDays, filter }: TagRule,
  moment: FilterMoment,
): Prisma.Sql {
  const expiresAt =
    validDays === null ? null : atTime(addDays(moment.day, validDays), '00:00', moment.zone)
  return Prisma.sql`(${tagId}::bigint, ${code}::text, ${`${code}@${version}`}::text, ${expiresAt}::timestamptz,
    case when ${filterHolds(filter, moment)} then ${evidenceSql(filter, moment)} end)`
}

/**
 * The next customers, by id, of whom a rule would change something; applyTagRules() decides it again when they are
 * locked.
 *
 * @param between ids after the first number, up to the second where there is one
 */
export async function findDiffering(
  db: Db,
  rule: TagRule,
  moment: FilterMoment,
  [after, upTo]: [bigint, bigint?],
  most: number,
): Promise<bigint[]> {
  const rows = await db.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    select c.id
    from ${filterTables} left join customer_tag held on held.customer_id = c.id and held.tag_id = ${rule.tagId}
    where c.id > ${after} ${upTo === undefined ? Prisma.empty : Prisma.sql`and c.id <= ${upTo}`} and case
        when held.customer_id is not null and held.removed_at is null and not ${isOf('held', rule.code)} then false
        when held.customer_id is not null and held.removed_at is null and held.expires_at <= ${moment.now} then true
        when held.removed_at is not null and held.lapsed_at is not null or held.customer_id is null
          then ${filterHolds(rule.filter, moment)}
        else not ${filterHolds(rule.filter, moment)}
      end
    order by c.id limit ${most}`)
  return rows.map(({ id }) => id)
}

/** A row of customer_tag that the rule put on, in whichever version. */
function isOf(alias: string, code: string): Prisma.Sql {
  const row = Prisma.raw(alias)
  return Prisma.sql`(${row}.origin = 'rule' and split_part(${row}.origin_by, '@', 1) = ${code})`
}
