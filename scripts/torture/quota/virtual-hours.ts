import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { createRandom } from '../../../prisma/seed/random.ts'
import { openArrivalFiles, startTaker, type Taker } from './takers.ts'
import { byVirtualClock, makeVirtualClock } from './virtual-clock.ts'

export interface VirtualRun {
  /** arrivals of each member, virtual milliseconds */
  arrivals: ReadonlyMap<number, readonly number[]>
  restarts: number
  /** how long it took by the virtual clock */
  hours: number
}

/**
 * Two processes send all they may to `members` members until each got `each` messages; the clock is set to the next
 * moment at which something may be sent, and a bit, as a job queue would wake. Some of the processes are killed in the
 * middle of sending and replaced.
 */
export async function sendForHours(
  pool: pg.Pool,
  options: {
    databaseUrl: string
    folder: string
    path: string
    members: number
    each: number
    restarts: number
  },
): Promise<VirtualRun> {
  const { folder, members, each } = options
  const clock = await makeVirtualClock(pool)
  const random = createRandom(9)
  const files = ['one', 'two'].map((name) => join(folder, `arrivals-${name}.txt`))
  const written = openArrivalFiles(files)
  const takers: Taker[] = await Promise.all(
    files.map((file, place) =>
      startTaker({
        databaseUrl: byVirtualClock(options.databaseUrl),
        file,
        path: options.path,
        members,
        seed: 100 * (place + 1),
      }),
    ),
  )
  let restarts = 0
  try {
    for (;;) {
      const arrivals = written.read()
      const sent = [...arrivals.values()].reduce((sum, times) => sum + times.length, 0)
      const open = Array.from({ length: members }, (_, n) => n).filter(
        (member) => (arrivals.get(member)?.length ?? 0) < each,
      )
      if (open.length === 0) return { arrivals, restarts, hours: clock.now() / 3_600_000 }
      const isDue =
        restarts < options.restarts && sent > (members * each * restarts) / options.restarts
      const asked = takers.map((taker) =>
        taker.send({ now: clock.now(), members: shuffle(open, random) }),
      )
      if (isDue) {
        restarts += 1
        await sleep(20)
        await takers[restarts % takers.length]?.restart()
      }
      const told = await Promise.all(asked)
      // who was killed tells nothing: its successor is asked at the same moment
      if (told.includes(null)) continue
      const nextAt = Math.min(...told.map((one) => one?.nextAt ?? Number.POSITIVE_INFINITY))
      await clock.set(nextAt + random.between(0, 300))
    }
  } finally {
    await Promise.all(takers.map((taker) => taker.stop()))
    written.close()
  }
}

function shuffle(members: readonly number[], random: { next: () => number }): number[] {
  return members
    .map((member) => ({ member, place: random.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ member }) => member)
}
