import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until nothing is in the spool any more; false when something still is after `limitMs`. */
export async function spoolDrained(folder: string, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs
  for (;;) {
    if (!existsSync(folder) || readdirSync(folder).length === 0) return true
    if (performance.now() > until) return false
    await sleep(50)
  }
}
