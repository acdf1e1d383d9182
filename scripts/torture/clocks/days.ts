import { Logger, runOnce } from 'graphile-worker'
import { createTaskList } from '../../../bot/jobs.ts'
import type { BotDeps } from '../../../bot/deps.ts'
import { tick } from '../../../bot/tasks/tick.ts'
import { addDays, atTime, type BusinessDay } from '../../../domain/business-day.ts'

/** A stretch of days in which something about the calendar is special. */
export interface Stretch {
  name: string
  from: BusinessDay
  to: BusinessDay
}

export const STRETCHES: readonly Stretch[] = [
  { name: 'year end', from: '2027-12-29', to: '2028-01-03' },
  { name: '29 February', from: '2028-02-26', to: '2028-03-02' },
  { name: 'February of 28 days', from: '2027-02-25', to: '2027-03-02' },
]

/** When the processes tick: around midnight, around the scan, and once in the middle of nowhere. */
const TIMES = ['00:00:30', '08:54:30', '08:55:30', '09:01:00', '15:00:00', '23:59:30']

const SILENT = new Logger(() => () => undefined)

/** A process's clock as a function of the true time, asked anew at each look. */
export type WrongClock = (truth: Date) => Date

/**
 * Lives through some days: at each of the times every process ticks by its own clock, and the work it asked for is
 * done by one of them.
 */
export async function live(
  deps: BotDeps,
  { from, to }: Stretch,
  clocks: readonly WrongClock[],
): Promise<void> {
  for (let day = from; day <= to; day = addDays(day, 1)) {
    for (const time of TIMES) {
      const truth = atTime(day, time, deps.zone)
      const processes = clocks.map((wrong) => ({ ...deps, clock: { now: () => wrong(truth) } }))
      await Promise.all(processes.map((process) => tick(process)))
      const [first = deps] = processes
      const { scan, wake } = createTaskList(
        processes[truth.getUTCDate() % processes.length] ?? first,
      )
      await runOnce({
        pgPool: deps.db.pool,
        taskList: { ...(scan && { scan }), ...(wake && { wake }) },
        noHandleSignals: true,
        logger: SILENT,
      })
    }
  }
}

/** What the days left behind, one line for each run of a day and each task. */
export async function leftBehind(
  { db }: Pick<BotDeps, 'db'>,
  { from, to }: Stretch,
): Promise<{ runs: string[]; tasks: string[] }> {
  const runs = await db.pool.query<{ line: string }>(
    `select name || ' ' || day || case when name = 'reconcile' or finished_at is not null then '' else ' unfinished' end
       as line
     from daily_run where day between $1 and $2 order by 1`,
    [from, to],
  )
  const tasks = await db.pool.query<{ line: string }>(
    `select concat_ws(' ', c.member_no, t.kind, t.occurrence, t.scan_day, t.assignee_id, t.due_at, t.dies_at, t.facts)
       as line
     from task t join customer c on c.id = t.customer_id where t.scan_day between $1 and $2 order by 1`,
    [from, to],
  )
  return { runs: runs.rows.map(({ line }) => line), tasks: tasks.rows.map(({ line }) => line) }
}

/** Lines that only one of the two has; a line that is there twice counts as two. */
export function apart(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1)
  for (const line of b) counts.set(line, (counts.get(line) ?? 0) - 1)
  return [...counts.values()].reduce((sum, n) => sum + Math.abs(n), 0)
}
