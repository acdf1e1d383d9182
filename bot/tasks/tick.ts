import { atTime, businessDay, type BusinessDay } from '../../domain/business-day.ts'
import { Prisma } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { enqueue } from '../queue.ts'

/** When the nightly comparison with WeCom's lists runs. */
const RECONCILE_AT = '03:00'

/**
 * Starts what the clock asks for: each minute, and whenever the demo's clock jumps. A daily run whose time today
 * has passed is enqueued once, however many processes tick: its row and its job are one transaction. The
 * minute's work (wake) is enqueued always; one waits at most.
 */
export async function tick(deps: BotDeps): Promise<void> {
  const now = deps.clock.now()
  const day = businessDay(now, deps.zone)
  for (const [name, at] of [
    ['reconcile', RECONCILE_AT],
    ['scan', deps.scanAt],
  ] as const) {
    if (now >= atTime(day, at, deps.zone)) await startDaily(deps, name, day, now)
  }
  await startLots(deps)
  await enqueue(deps.db.prisma, 'wake', {}, { jobKey: 'wake' })
}

/** An update that finds points asks for their lots, once: by a row of its migration that nobody has taken yet. */
async function startLots(deps: BotDeps): Promise<void> {
  await deps.db.prisma.$transaction(async (tx) => {
    const taken = await tx.$executeRaw(
      Prisma.sql`update daily_run set summary = '{}' where name = 'lots' and summary is null`,
    )
    if (taken > 0) await enqueue(tx, 'lots', {}, { jobKey: 'lots' })
  })
}

async function startDaily(
  deps: BotDeps,
  name: 'scan' | 'reconcile',
  day: BusinessDay,
  now: Date,
): Promise<void> {
  await deps.db.prisma.$transaction(async (tx) => {
    const started = await tx.$executeRaw(Prisma.sql`
      insert into daily_run (name, day, enqueued_at) values (${name}, ${day}::date, ${now})
      on conflict (name, day) do nothing`)
    if (started > 0) await enqueue(tx, name, { day }, { jobKey: `${name}:${day}` })
  })
}
