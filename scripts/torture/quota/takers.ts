import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Ask, TakerOrder, Told } from './taker.ts'

const TAKER = fileURLToPath(new URL('taker.ts', import.meta.url))

/** A process that sends, and can be killed in the middle of it. */
export interface Taker {
  /** answers when nothing more may be sent now; null when the process was killed meanwhile */
  send: (ask: Ask) => Promise<Told | null>
  /** kill -9, and another process in its place */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

/** Starts one. */
export async function startTaker(order: TakerOrder): Promise<Taker> {
  let child = await start(order)
  return {
    send: async (ask) => {
      const over = new AbortController()
      const answer = Promise.race([
        once(child, 'message', over).then(([told]) => told as Told),
        once(child, 'exit', over).then(() => null),
      ])
      child.send(ask)
      // the one that did not happen is listened for no more
      return answer.finally(() => over.abort())
    },
    restart: async () => {
      await kill(child)
      child = await start({ ...order, seed: order.seed + 1 })
    },
    stop: () => kill(child),
  }
}

/** What the takers' files say, read as they grow. */
export interface ArrivalFiles {
  /** arrivals of all processes at each member so far, virtual milliseconds, oldest first */
  read: () => Map<number, number[]>
  close: () => void
}

/** Makes the files, empty. */
export function openArrivalFiles(files: readonly string[]): ArrivalFiles {
  const open = files.map((file) => ({ handle: openSync(file, 'a+'), rest: '' }))
  const byMember = new Map<number, number[]>()
  const buffer = Buffer.alloc(1 << 20)
  const positions = open.map(() => 0)
  const grow = (place: number): boolean => {
    const one = open[place]
    const position = positions[place] ?? 0
    const length = one ? readSync(one.handle, buffer, 0, buffer.length, position) : 0
    if (!one || length === 0) return false
    positions[place] = position + length
    const lines = (one.rest + buffer.toString('utf8', 0, length)).split('\n')
    one.rest = lines.pop() ?? ''
    for (const line of lines) {
      const [member, at] = line.split(' ').map(Number)
      if (member === undefined || at === undefined) continue
      const times = byMember.get(member)
      if (times) times.push(at)
      else byMember.set(member, [at])
    }
    return true
  }
  return {
    read: () => {
      for (const place of open.keys()) {
        while (grow(place));
      }
      return new Map([...byMember].map(([member, times]) => [member, times.toSorted(byTime)]))
    },
    close: () => open.forEach(({ handle }) => closeSync(handle)),
  }
}

function byTime(a: number, b: number): number {
  return a - b
}

async function start(order: TakerOrder): Promise<ChildProcess> {
  const child = fork(TAKER, [JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
