import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { hear } from './hear.ts'

/** A server in a process of its own, and what its process costs. */
export interface MeasuredServer {
  port: number
  /** what it said of itself when it was ready */
  told: Record<string, string>
  /** microseconds of processor time that its process has used so far, all threads */
  cpuMicros: () => Promise<number>
  stop: () => Promise<void>
}

type Said = { port: number; told: Record<string, string> } | { cpuMicros: number }

/**
 * Starts a script that calls `serveMeasured`, and waits until it listens.
 *
 * BENCH_SERVER_NODE_OPTIONS gives its Node more options, such as `--cpu-prof`, to find out where the time goes.
 *
 * @param environment all it gets, besides PATH
 * @throws when it ends before it listens
 */
export async function startMeasured(
  script: URL,
  variant: string,
  environment: Record<string, string>,
): Promise<MeasuredServer> {
  const child = fork(script, [variant], {
    execArgv: ['--import', 'tsx', ...(process.env['BENCH_SERVER_NODE_OPTIONS']?.split(' ') ?? [])],
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ready = await hear<Said>(child, variant)
  if (!('port' in ready)) throw new Error(`${variant} said something else than its port`)
  return {
    ...ready,
    async cpuMicros() {
      child.send('cpu')
      const said = await hear<Said>(child, variant)
      return 'cpuMicros' in said ? said.cpuMicros : Number.NaN
    },
    async stop() {
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}

/**
 * The other side, in the server's process: listens on a free port, tells it, and answers what it has used. Ends with
 * the process that started it.
 *
 * @param close what to close behind the server
 */
export async function serveMeasured(
  app: FastifyInstance,
  options: { told?: Record<string, string>; close?: () => Promise<void> } = {},
): Promise<void> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMicros: user + system } satisfies Said)
  })
  process.on('disconnect', () => {
    void app
      .close()
      .then(options.close)
      .finally(() => process.exit())
  })
  process.send?.({ port, told: options.told ?? {} } satisfies Said)
}
