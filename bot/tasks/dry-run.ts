import type { BusinessDay } from '../../domain/business-day.ts'
import type { ContactLimits } from '../../domain/contact-limits.ts'
import { RULE_KINDS, type Lang, type RuleKind } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { loadLimits } from '../rules/contact-limits.ts'
import { countGroupCycles } from '../rules/group-cycles.ts'
import { kindsOf, loadRules, type RuleInForce } from '../rules/load-rules.ts'
import { ruleOf } from '../rules/registry.ts'
import type { HoldsNow } from '../rules/rule.ts'
import { createScanTables, findCandidates } from './scan-candidates.ts'
import { decideCandidates } from './scan-decide.ts'

/** A rule as it might be, and the day to try it on. */
export interface DryRunOptions {
  kind: RuleKind
  /** null: the rule makes nothing */
  holds: HoldsNow | null
  day: BusinessDay
  lang: Lang
  /** condition on an employee aliased `e`: whose tasks the asker may see */
  visible: Prisma.Sql
}

/** What one morning would bring. */
interface DryRunCounts {
  created: number
  heldBack: number
}

/** What the morning would bring with the rule as it might be, beside the rule in force. Nothing was written. */
export interface DryRun {
  date: BusinessDay
  /** new tasks and waiting ones of the kind */
  after: DryRunCounts & { heldBackBy: Record<string, number> }
  before: DryRunCounts
  /** customers who get a task of the kind with the one, and not with the other */
  gained: number
  lost: number
  /** how many tasks of other kinds come or go with it: a customer gets one new task a day, a guide twenty */
  otherKinds: number
  /** most first */
  byStore: { storeNo: string; name: string | null; created: number; before: number }[]
  samples: {
    customerId: string
    name: string | null
    wecomName: string | null
    guide: string
    reason: string
    isNew: boolean
  }[]
}

const LONGEST_MS = 120_000
const MOST_STORES = 200
const SAMPLES = 20

/**
 * Tries a rule on a day: the scan of that day is made twice with all rules, once with the numbers given, once with those
 * in force, and undone. It tells what saving the rule would bring, limits and assignees included.
 *
 * @returns null while another one is under way
 * @throws RangeError naming the number that can't be used
 */
export async function dryRunRule(deps: BotDeps, options: DryRunOptions): Promise<DryRun | null> {
  return await undone(deps, (tx) => inside(tx, deps, options))
}

/**
 * Two mornings in one transaction that is undone, with all the tables that a scan's statements need.
 *
 * @returns null while another dry run is under way
 */
export async function undone<T>(deps: BotDeps, work: (tx: Db) => Promise<T>): Promise<T | null> {
  const undo = new DryRunOver()
  let found: T | null = null
  try {
    await deps.db.prisma.$transaction(
      async (tx) => {
        if (!(await isAlone(tx))) return
        await tx.$executeRaw(
          Prisma.sql`select set_config('statement_timeout', ${String(LONGEST_MS)}, true)`,
        )
        await createScanTables(tx)
        await countGroupCycles(tx)
        found = await work(tx)
        throw undo
      },
      { timeout: LONGEST_MS, maxWait: LONGEST_MS },
    )
  } catch (error) {
    if (error !== undo) throw error
  }
  return found
}

/** Whether no other dry run is under way: each looks at all customers. None begins until the transaction ends. */
export async function isAlone(tx: Db): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ mine: boolean }[]>(
    Prisma.sql`select pg_try_advisory_xact_lock(hashtextextended('dry_run', 0)) as mine`,
  )
  return row?.mine === true
}

async function inside(tx: Db, deps: BotDeps, options: DryRunOptions): Promise<DryRun> {
  const rules = await loadRules(tx)
  const { limits } = await loadLimits(tx)
  await decideMorning(tx, deps, { rules, limits, day: options.day })
  await keepAsBefore(tx)
  await decideMorning(tx, deps, { rules: changed(rules, options), limits, day: options.day })
  return await compare(tx, options)
}

function changed(rules: readonly RuleInForce[], { kind, holds }: DryRunOptions): RuleInForce[] {
  const rule = ruleOf(kind)
  const version = (rules.find((one) => one.rule.kind === kind)?.version ?? 1) + 1
  return RULE_KINDS.flatMap((known) => {
    if (known === kind) return holds === null ? [] : [{ rule, version, ...holds }]
    return rules.filter((one) => one.rule.kind === known)
  })
}

/** What a morning goes by. */
interface Morning {
  rules: readonly RuleInForce[]
  limits: ContactLimits
  day: BusinessDay
}

/** Fills `scan_decision` as the scan of a day would. */
export async function decideMorning(
  tx: Db,
  deps: BotDeps,
  { rules, limits, day }: Morning,
): Promise<void> {
  const { zone, scanAt } = deps
  const scan = { day, zone, now: deps.clock.now(), inForce: kindsOf(rules), limits }
  for (const rule of rules) await findCandidates(tx, rule, scan)
  await decideCandidates(tx, { day, zone, scanAt, limits })
}

/** What was decided is kept as `dry_before`, and another morning can be. */
export async function keepAsBefore(tx: Db): Promise<void> {
  await tx.$executeRaw(
    Prisma.sql`create temp table dry_before on commit drop as select * from scan_decision`,
  )
  await tx.$executeRaw(Prisma.sql`truncate scan_candidate, scan_decision`)
}

async function compare(tx: Db, { kind, day, lang, visible }: DryRunOptions): Promise<DryRun> {
  const seen = (table: string) =>
    Prisma.sql`select d.* from ${Prisma.raw(table)} d
      where exists (select 1 from employee e where e.id = d.assignee_id and ${visible})`
  const both = Prisma.sql`with b as (${seen('dry_before')}), a as (${seen('scan_decision')})`
  const ofKind = Prisma.sql`kind = ${kind}`
  const [counts] = await tx.$queryRaw<
    {
      created: number
      held: number
      was: number
      wasHeld: number
      gained: number
      lost: number
      others: number
    }[]
  >(Prisma.sql`
    ${both}, made_a as (select customer_id from a where ${ofKind} and why is null
    ), made_b as (select customer_id from b where ${ofKind} and why is null)
    select (select count(*) from made_a)::int as created,
      (select count(*) from a where ${ofKind} and why is not null)::int as held,
      (select count(*) from made_b)::int as was,
      (select count(*) from b where ${ofKind} and why is not null)::int as "wasHeld",
      (select count(distinct customer_id) from made_a
        where customer_id not in (select customer_id from made_b))::int as gained,
      (select count(distinct customer_id) from made_b
        where customer_id not in (select customer_id from made_a))::int as lost,
      ((select count(*) from a where not ${ofKind} and why is null)
        - (select count(*) from b where not ${ofKind} and why is null))::int as others`)
  const heldBy = await tx.$queryRaw<{ why: string; n: number }[]>(Prisma.sql`
    ${both} select why, count(*)::int as n from a where ${ofKind} and why is not null group by 1 order by 1`)
  const byStore = await tx.$queryRaw<DryRun['byStore']>(Prisma.sql`
    ${both}
    select coalesce(n.store_no, '') as "storeNo", st.name, n.created, n.before from (
      select store_no, count(*) filter (where after)::int as created, count(*) filter (where not after)::int as before
      from (
        select store_no, true as after from a where ${ofKind} and why is null
        union all select store_no, false from b where ${ofKind} and why is null) made
      group by 1
    ) n left join store st on st.store_no = n.store_no
    order by n.created desc, 1 limit ${MOST_STORES}`)
  const samples = await tx.$queryRaw<
    (Omit<DryRun['samples'][number], 'reason'> & { facts: unknown })[]
  >(Prisma.sql`
    ${both}
    select c.id::text as "customerId", c.name, c.wecom_name as "wecomName", e.name as guide, a.facts,
      not exists (select 1 from b where b.customer_id = a.customer_id and ${ofKindOf('b', kind)} and b.why is null) as "isNew"
    from a join customer c on c.id = a.customer_id join employee e on e.id = a.assignee_id
    where ${ofKindOf('a', kind)} and a.why is null
    order by "isNew" desc, a.priority desc, c.id limit ${SAMPLES}`)
  const rule = ruleOf(kind)
  return {
    date: day,
    after: {
      created: counts?.created ?? 0,
      heldBack: counts?.held ?? 0,
      heldBackBy: Object.fromEntries(heldBy.map(({ why, n }) => [why, n])),
    },
    before: { created: counts?.was ?? 0, heldBack: counts?.wasHeld ?? 0 },
    gained: counts?.gained ?? 0,
    lost: counts?.lost ?? 0,
    otherKinds: counts?.others ?? 0,
    byStore,
    samples: samples.map(({ facts, ...sample }) => ({
      ...sample,
      reason: rule.reason(facts, lang, day),
    })),
  }
}

function ofKindOf(table: 'a' | 'b', kind: RuleKind): Prisma.Sql {
  return Prisma.sql`${Prisma.raw(table)}.kind = ${kind}`
}

/** Thrown to roll the transaction back. */
class DryRunOver extends Error {}
