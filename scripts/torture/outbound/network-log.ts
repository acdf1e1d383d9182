import { existsSync, readFileSync } from 'node:fs'

/** What watch-network.mjs wrote down. */
export interface NetworkLog {
  lookups: string[]
  /** `host:port` as asked for, names or addresses */
  connects: string[]
  /** `address:port` that a connection was tried to */
  attempts: string[]
}

export function readNetworkLog(file: string): NetworkLog {
  const log: NetworkLog = { lookups: [], connects: [], attempts: [] }
  if (!existsSync(file)) return log
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue
    // written by watch-network.mjs
    const entry = JSON.parse(line) as Partial<
      Record<'lookup' | 'connect' | 'connected' | 'attempt', string>
    >
    if (entry.lookup !== undefined) log.lookups.push(entry.lookup)
    if (entry.connect !== undefined) log.connects.push(entry.connect)
    const address = entry.attempt ?? entry.connected
    if (address !== undefined) log.attempts.push(address)
  }
  return log
}
