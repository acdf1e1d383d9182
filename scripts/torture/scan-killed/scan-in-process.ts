import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { PROJECT } from '../../support/open.ts'

/** A process of its own that is ready to scan. */
export interface ScanningProcess {
  /** lets it scan to its end */
  finished: () => Promise<void>
  /**
   * Lets it scan and kills it with -9 after a part of the time a scan takes.
   *
   * @returns whether it was still scanning
   */
  killAfter: (part: number) => Promise<boolean>
}

/** Starts a process that has the database open and waits to be told; see scan-child.ts. */
export async function scanInProcess(databaseUrl: string): Promise<ScanningProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(PROJECT, 'scripts/torture/scan-killed/scan-child.ts')],
    {
      cwd: PROJECT,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: databaseUrl },
    },
  )
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  // a first scan, undone, tells how long one takes
  const ready = (await lines.next()).value as string | undefined
  const usual = Number(ready)
  if (!Number.isFinite(usual)) throw new Error(`the scanning process said ${ready ?? 'nothing'}`)
  return {
    finished: async () => {
      child.stdin.write('go\n')
      const [code] = await ended
      if (code !== 0) throw new Error(`the scanning process ended with ${code ?? 'a signal'}`)
    },
    killAfter: async (part) => {
      child.stdin.write('go\n')
      await sleep(usual * part)
      child.kill('SIGKILL')
      const [, signal] = await ended
      return signal === 'SIGKILL'
    },
  }
}
