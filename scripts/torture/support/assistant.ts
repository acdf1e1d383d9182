import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PROJECT } from '../../support/open.ts'

/** An assistant in a process of its own, as `npm start` runs it. */
export interface AssistantProcess {
  url: string
  process: ChildProcess
  /** when it has ended: its exit code or signal */
  ended: Promise<number | string>
  /** kill -9 */
  kill: () => Promise<void>
  /** SIGTERM; answers its exit code or signal */
  terminate: () => Promise<number | string>
}

/**
 * Starts `server/main.ts` and waits until it answers. What it logs is appended to `log` in the scenario's folder.
 *
 * @param environment everything it needs, see demoEnvironment(); DATABASE_URL included
 * @param options.program another program around the same host; default server/main.ts
 * @param options.imports modules that Node loads before it
 */
export async function startAssistantProcess(
  environment: Record<string, string>,
  options: { folder: string; log?: string; program?: string; imports?: readonly string[] },
): Promise<AssistantProcess> {
  const log = createWriteStream(join(options.folder, options.log ?? 'assistant.log'), {
    flags: 'a',
  })
  const program = options.program ?? join(PROJECT, 'server/main.ts')
  const imports = ['tsx', ...(options.imports ?? [])].flatMap((name) => ['--import', name])
  const child = spawn(process.execPath, [...imports, program], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      // the scenario's own: what it leaves there is no other's
      SPOOL_FOLDER: join(options.folder, 'spool'),
      ...environment,
    },
  })
  child.stdout.pipe(log)
  child.stderr.pipe(log)
  const atExit = () => child.kill('SIGKILL')
  process.on('exit', atExit)
  const ended = once(child, 'exit').then(([code, signal]) => {
    process.off('exit', atExit)
    return (code ?? signal) as number | string
  })
  const url = `http://127.0.0.1:${environment['PORT'] ?? ''}`
  await answering(url, child)
  return {
    url,
    process: child,
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    terminate: async () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 60_000
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the assistant ended with ${child.exitCode ?? child.signalCode ?? ''}`)
    }
    try {
      const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(1_000) })
      await answer.body?.cancel()
      if (answer.ok) return
    } catch {
      // not yet
    }
    await sleep(50)
  }
  throw new Error('the assistant did not answer within a minute')
}
