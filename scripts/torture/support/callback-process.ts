import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The callback's door in a process of its own; forked, it waits until it is told to listen. */
export interface CallbackProcess {
  /** answers its address */
  listen: () => Promise<string>
  isAlive: () => boolean
  /** kill -9 */
  kill: () => Promise<void>
}

const SERVER = fileURLToPath(new URL('callback-server.ts', import.meta.url))

/** @param environment DATABASE_URL and the callback's secrets; nothing else of it is read */
export function forkCallbackProcess(
  environment: Record<string, string>,
  folder: string,
): CallbackProcess {
  const child = fork(SERVER, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  })
  const log = createWriteStream(join(folder, 'callback-server.log'), { flags: 'a' })
  child.stdout?.pipe(log)
  child.stderr?.pipe(log)
  const ended = once(child, 'exit')
  const isAlive = () => child.exitCode === null && child.signalCode === null
  return {
    listen: async () => {
      child.send('listen')
      const first = await Promise.race([once(child, 'message'), ended.then(() => undefined)])
      if (!first) throw new Error('the callback server ended before it listened')
      return (first[0] as { address: string }).address
    },
    isAlive,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
