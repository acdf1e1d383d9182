import { runScan, type ScanOptions } from '../../bot/tasks/scan.ts'
import type { ScanResult } from '../../bot/tasks/scan-report.ts'
import { atTime } from '../../domain/business-day.ts'
import type { RuleKind } from '../../domain/words.ts'
import type { Database } from '../../prisma/db.ts'
import { createTestClock, createTestDeps } from './test-deps.ts'

/** A day's scan at 08:55 of it, or at the time given, with its lists. */
export async function scanDay(
  db: Database,
  options: ScanOptions & { time?: string },
): Promise<ScanResult> {
  const { time, ...scan } = options
  const clock = createTestClock(atTime(scan.day, time ?? '08:55', 'Asia/Shanghai').toISOString())
  return await runScan(createTestDeps(db, { clock }), { collect: true, ...scan })
}

/** Headquarters turns rules on or off, as their next version. */
export async function turnRules(
  db: Database,
  kinds: readonly RuleKind[],
  enabled: boolean,
): Promise<void> {
  for (const kind of kinds) {
    const { _max } = await db.prisma.rule.aggregate({ where: { kind }, _max: { version: true } })
    await db.prisma.rule.create({
      data: { kind, version: (_max.version ?? 1) + 1, enabled, params: {} },
    })
  }
}
