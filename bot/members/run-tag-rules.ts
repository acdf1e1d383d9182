import type { BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { applyTagRules, findDiffering, lockForTags, refreshTags } from './apply-tag-rules.ts'
import { runTogether } from './import/run-together.ts'
import { drainMirrorQueue, queueMirror } from './mirror-queue.ts'
import { loadTagRules, type TagRule } from './tag-rules.ts'

/** What a night did with the automatic tags. */
export interface TagRun {
  /** customers whose tags changed, counted once for each rule */
  changed: number
  /** rules that stand still, see loadTagRules */
  broken: number
  /** calls to WeCom that were added, and customers who wait for theirs */
  marks: number
  waiting: number
}

/** Customers of one transaction: an import of theirs waits until it ends. */
const CHUNK = 5_000

/**
 * Brings everybody's automatic tags into step with the rules, after classes and tiers are told (domain-rules 13): for
 * each rule one statement finds who differs, by id, and one writes them, in chunks that are locked for a moment.
 * Doing a day again writes nothing. What a rule of yesterday, or one that is off now, had put on comes off first.
 */
export async function runTagRules(deps: BotDeps, day: BusinessDay): Promise<TagRun> {
  const { steps, broken } = await loadTagRules(deps.db.prisma)
  for (const { code, why } of broken)
    deps.log.warn({ rule: code, why: why.en }, 'tag rule stands still')
  let changed = await takeOffUnruled(deps)
  const rules = steps.flat()
  for (const rule of rules) changed += await runRule(deps, rule, day)
  const drained = await drainMirrorQueue(deps, day)
  const run = { changed, broken: broken.length, ...drained }
  deps.log.info({ day, rules: rules.length, ...run }, 'tag rules applied')
  return run
}

async function runRule(deps: BotDeps, rule: TagRule, day: BusinessDay): Promise<number> {
  const moment = { day, now: deps.clock.now(), zone: deps.zone }
  let changed = 0
  let after = 0n
  for (;;) {
    const ids = await findDiffering(deps.db.prisma, rule, moment, [after], CHUNK)
    const last = ids.at(-1)
    if (last === undefined) return changed
    changed += await runTogether(deps.db, async (tx) => {
      await lockForTags(tx, ids)
      // somebody saved a newer version, which a job of its own brings to everybody
      if (!(await isInForce(tx, rule))) return 0
      const touched = await applyTagRules(tx, [rule], ids, moment)
      await queueMirror(tx, touched, moment.now)
      return touched.length
    })
    if (ids.length < CHUNK) return changed
    after = last
  }
}

async function isInForce(tx: Db, { code, version }: TagRule): Promise<boolean> {
  const newest = await tx.tagRule.findFirst({
    where: { code },
    orderBy: { version: 'desc' },
    select: { version: true },
  })
  return newest?.version === version
}

/**
 * Takes off tags that rules put on which are off now, or which give another tag now; rules that ask for these tags are
 * applied to whom they are taken off.
 *
 * @param code of one rule; missing: of all
 * @returns how many tags
 */
export async function takeOffUnruled(deps: BotDeps, code?: string): Promise<number> {
  const now = deps.clock.now()
  const asked = code === undefined ? Prisma.empty : Prisma.sql`where code = ${code}`
  const unruled = Prisma.sql`
    select distinct old.code, old.tag_id from tag_rule old
    join (select distinct on (code) * from tag_rule ${asked} order by code, version desc) newest using (code)
    where not newest.enabled or newest.tag_id <> old.tag_id`
  const isTheirs = Prisma.sql`ct.removed_at is null and ct.origin = 'rule'
    and split_part(ct.origin_by, '@', 1) = u.code`
  let changed = 0
  let after = 0n
  for (;;) {
    const taken = await runTogether(deps.db, async (tx) => {
      const theirs = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
        select distinct ct.customer_id as id from customer_tag ct join (${unruled}) u on u.tag_id = ct.tag_id
        where ct.customer_id > ${after} and ${isTheirs} order by 1 limit ${CHUNK}`)
      const ids = theirs.map(({ id }) => id)
      await lockForTags(tx, ids)
      const tags = await tx.$executeRaw(Prisma.sql`
        update customer_tag ct set removed_at = ${now}, removed_by = ct.origin_by, lapsed_at = ${now}
        from (${unruled}) u
        where ct.tag_id = u.tag_id and ct.customer_id = any(${ids}::bigint[]) and ${isTheirs}`)
      await refreshTags(tx, deps, ids, now)
      await queueMirror(tx, ids, now)
      return { tags, ids }
    })
    changed += taken.tags
    const last = taken.ids.at(-1)
    if (last === undefined || taken.ids.length < CHUNK) return changed
    after = last
  }
}
