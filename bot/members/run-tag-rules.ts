import type { BusinessDay } from '../../domain/business-day.ts'
import { Prisma } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { applyTagRules, findDiffering, lockForTags } from './apply-tag-rules.ts'
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
  for (const { code, why } of broken) deps.log.warn({ rule: code, why }, 'tag rule stands still')
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
    const ids = await findDiffering(deps.db.prisma, rule, moment, after, CHUNK)
    const last = ids.at(-1)
    if (last === undefined) return changed
    changed += await runTogether(deps.db, async (tx) => {
      await lockForTags(tx, ids)
      const touched = await applyTagRules(tx, [rule], ids, moment)
      await queueMirror(tx, touched, moment.now)
      return touched.length
    })
    if (ids.length < CHUNK) return changed
    after = last
  }
}

/** Takes off tags that rules put on which are off now, or which give another tag now. */
async function takeOffUnruled(deps: BotDeps): Promise<number> {
  const now = deps.clock.now()
  let changed = 0
  for (;;) {
    const taken = await runTogether(deps.db, async (tx) => {
      const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
        with newest as (select distinct on (code) * from tag_rule order by code, version desc
        ), unruled as (
          select distinct old.code, old.tag_id from tag_rule old join newest using (code)
          where not newest.enabled or newest.tag_id <> old.tag_id
        ), theirs as (
          select ct.customer_id, ct.tag_id from customer_tag ct join unruled u on u.tag_id = ct.tag_id
          where ct.removed_at is null and ct.origin = 'rule' and split_part(ct.origin_by, '@', 1) = u.code
          order by ct.customer_id, ct.tag_id limit ${CHUNK} for update of ct
        )
        update customer_tag ct set removed_at = ${now}, removed_by = ct.origin_by, lapsed_at = ${now}
        from theirs where ct.customer_id = theirs.customer_id and ct.tag_id = theirs.tag_id
        returning ct.customer_id as id`)
      const ids = rows.map(({ id }) => id)
      await queueMirror(tx, ids, now)
      return ids.length
    })
    changed += taken
    if (taken < CHUNK) return changed
  }
}
