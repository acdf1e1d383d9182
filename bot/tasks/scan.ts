import { randomUUID } from 'node:crypto'
import { atTime, type BusinessDay } from '../../domain/business-day.ts'
import { RULE_KINDS, type RuleKind } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { pushMorning } from '../messages/push.ts'
import { countGroupCycles } from '../rules/group-cycles.ts'
import { loadLimits } from '../rules/contact-limits.ts'
import { kindsOf, loadRules } from '../rules/load-rules.ts'
import { announceMade } from './announce-tasks.ts'
import { closeTasks, expireTasks } from './close.ts'
import { closeUntrue } from './close-untrue.ts'
import { createScanTables, findCandidates } from './scan-candidates.ts'
import { decideCandidates } from './scan-decide.ts'
import { listDecisions, type ScanResult } from './scan-report.ts'
import {
  findSuperseded,
  markScanned,
  pressDueTasks,
  writeHeldBack,
  writeTasks,
  type ScanStamp,
} from './scan-write.ts'

export interface ScanOptions {
  /** the day to scan as of; scanning it again makes nothing twice */
  day: BusinessDay
  /** default: all */
  kinds?: readonly RuleKind[]
  /** goes the same way and writes nothing */
  dryRun?: boolean
  /** lists what was made and held back, not only how many */
  collect?: boolean
}

const LONGEST_SCAN_MS = 30 * 60_000

/**
 * Finds who deserves a word on a day and makes the tasks and cards, all in one transaction: it happens whole
 * or not at all, twice gives the same, two at once wait for each other. What became untrue while it ran ends right
 * after it.
 */
export async function runScan(deps: BotDeps, options: ScanOptions): Promise<ScanResult> {
  const traceId = `scan-${options.day}-${randomUUID().slice(0, 8)}`
  const undo = new DryRunOver()
  let result: ScanResult | undefined
  try {
    await deps.db.prisma.$transaction(
      async (tx) => {
        // it may have waited half an hour; its rows bear the moment in which it begins to write
        await lockScan(tx)
        const now = deps.clock.now()
        const stamp: ScanStamp = { day: options.day, zone: deps.zone, now, traceId }
        result = await scanInside(tx, deps, options, stamp)
        if (options.dryRun) throw undo
      },
      { timeout: LONGEST_SCAN_MS, maxWait: LONGEST_SCAN_MS },
    )
  } catch (error) {
    if (error !== undo) throw error
  }
  if (!result) throw new Error('the scan ended without a result')
  if (!options.dryRun) {
    await closeMadeUntrue(deps, options.day)
    for (const [kind, n] of Object.entries(result.counts.byKind)) {
      deps.metrics.tasks.inc({ kind, change: 'created' }, n)
    }
  }
  const { created, heldBack } = result.counts
  deps.log.info(
    {
      traceId,
      day: options.day,
      created,
      heldBack,
      existing: result.existing,
      dryRun: options.dryRun,
    },
    'scan done',
  )
  return result
}

/**
 * Ends what became untrue while the scan of a day ran. Where the process dies before, the scan's job does it when it
 * runs again; until then no card about it is delivered (messages/deliver/still-wanted.ts).
 */
export async function closeMadeUntrue(deps: BotDeps, day: BusinessDay): Promise<void> {
  await deps.db.prisma.$transaction(
    (tx) => closeUntrue(tx, deps, Prisma.sql`t.scan_day = ${day}::date`, 'scan'),
    { timeout: LONGEST_SCAN_MS, maxWait: LONGEST_SCAN_MS },
  )
}

async function scanInside(
  tx: Db,
  deps: BotDeps,
  options: ScanOptions,
  stamp: ScanStamp,
): Promise<ScanResult> {
  const kinds = options.kinds ?? RULE_KINDS
  const startOfDay = atTime(stamp.day, '00:00', stamp.zone)
  await expireTasks(tx, deps, startOfDay < stamp.now ? startOfDay : stamp.now)

  await createScanTables(tx)
  await countGroupCycles(tx)
  let existing = 0
  // rules that are not scanned now hold all the same: some leave customers to them (ADR 17)
  const holding = await loadRules(tx)
  const inForce = kindsOf(holding)
  const rules = holding.filter(({ rule }) => kinds.includes(rule.kind))
  const { limits } = await loadLimits(tx)
  for (const rule of rules) {
    existing += await findCandidates(tx, rule, { ...stamp, inForce, limits })
  }
  await decideCandidates(tx, { day: stamp.day, zone: stamp.zone, scanAt: deps.scanAt, limits })

  const made = await writeTasks(tx, stamp)
  await writeHeldBack(tx, kinds, stamp)
  await closeTasks(tx, deps, await findSuperseded(tx, stamp.day, rules), {
    to: 'cancelled',
    reason: 'superseded',
    actor: 'system',
    via: 'scan',
    now: stamp.now,
  })
  await pressDueTasks(tx, stamp)

  const [held] = await tx.$queryRaw<{ n: number }[]>(
    Prisma.sql`select count(*)::int as n from scan_decision where why is not null`,
  )
  const counts = {
    created: made.reduce((sum, { n }) => sum + n, 0),
    heldBack: held?.n ?? 0,
    byKind: Object.fromEntries(made.map(({ kind, n }) => [kind, n])),
  }
  if (!options.dryRun) {
    await announceMade(tx, deps, stamp)
    await pushMorning(tx, deps, stamp)
    await markScanned(tx, kinds, stamp, options.kinds ? null : { ...counts, existing })
  }
  const lists = options.collect
    ? await listDecisions(tx, stamp.day, stamp.zone)
    : { created: [], heldBack: [] }
  return { date: stamp.day, ...lists, existing, counts }
}

/** Whoever makes tasks waits for each other until the transaction ends: limits count what is there. */
export async function lockScan(tx: Db): Promise<void> {
  await tx.$executeRaw(Prisma.sql`select pg_advisory_xact_lock(hashtextextended('scan', 0))`)
}

/** Thrown to roll a dry run back. */
class DryRunOver extends Error {}
