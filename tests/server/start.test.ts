import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { TEST_ENVIRONMENT } from '../support/test-app.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const children: ChildProcess[] = []

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
})

interface Program {
  child: ChildProcess
  out: () => string
  errors: () => string
}

function startMain(env: Record<string, string>): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let out = ''
  let errors = ''
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  return { child, out: () => out, errors: () => errors }
}

async function exitOf({ child }: Program): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit')
  return child.exitCode
}

/** The address of the log's line `ready`. */
async function addressOf(program: Program): Promise<string> {
  for (let i = 0; i < 400; i++) {
    const line = program
      .out()
      .split('\n')
      .find((text) => text.includes('"msg":"ready"'))
    if (line) return (JSON.parse(line) as { address: string }).address
    if (program.child.exitCode !== null) break
    await sleep(50)
  }
  throw new Error(`it did not start: ${program.out()}${program.errors()}`)
}

const settings = { ...TEST_ENVIRONMENT, LOG_LEVEL: 'info', WECOM_API_URL: 'http://127.0.0.1:9' }

describe('npm start', () => {
  it('refuses to run without its settings, in one clear line', async () => {
    const program = startMain({ DATABASE_URL: 'postgresql://127.0.0.1:9/none' })

    expect(await exitOf(program)).toBe(1)
    expect(program.errors().trim().split('\n')).toEqual([
      expect.stringMatching(/^[A-Z_]+ is missing: write /),
    ])
  })

  it('starts, survives the loss of its connections, and stops cleanly within ten seconds', async () => {
    const made = await createTestDatabase()
    const program = startMain({ ...settings, DATABASE_URL: made.url })
    const address = await addressOf(program)
    const ready = async () => (await fetch(`${address}/health/ready`)).status

    expect(await ready()).toBe(200)
    await made.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
    let back = 0
    for (let i = 0; i < 100 && back !== 200; i++) {
      await sleep(50)
      back = await ready().catch(() => 0)
    }
    expect(back, program.out()).toBe(200)
    expect(program.child.exitCode).toBeNull()

    const begun = performance.now()
    program.child.kill('SIGTERM')
    expect(await exitOf(program)).toBe(0)
    expect(performance.now() - begun).toBeLessThan(10_000)
    await made.drop()
  })

  it('waits for a database that is not there yet, and ends when it is told to', async () => {
    const program = startMain({ ...settings, DATABASE_URL: 'postgresql://127.0.0.1:9/none' })

    for (let i = 0; i < 200 && !program.out().includes('does not answer yet'); i++) await sleep(50)

    expect(program.out()).toContain('does not answer yet')
    expect(program.child.exitCode).toBeNull()
    program.child.kill('SIGTERM')
    expect(await exitOf(program)).toBe(0)
    expect(program.errors()).toBe('')
  })
})
