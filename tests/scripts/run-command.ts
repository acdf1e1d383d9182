import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { createDataCipher } from '../../bot/members/data-cipher.ts'
import type { Database } from '../../prisma/db.ts'
import type { Terminal } from '../../scripts/support/terminal.ts'
import { TEST_ENVIRONMENT, testConfig } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export interface CommandResult {
  code: number
  out: string
  err: string
}

/** Runs a command inside the test, on the test's database; what it writes comes back. */
export async function runCommand(
  command: (args: string[], terminal: Terminal) => Promise<number>,
  db: Database,
  args: string[],
): Promise<CommandResult> {
  const written = { out: '', err: '' }
  const config = testConfig()
  const code = await command(args, {
    out: (text) => (written.out += `${text}\n`),
    err: (text) => (written.err += `${text}\n`),
    open: () =>
      Promise.resolve({
        config,
        db,
        clock: createTestClock(),
        cipher: createDataCipher(config.dataKey),
        log: pino({ level: 'silent' }),
        close: () => Promise.resolve(),
      }),
  })
  return { code, ...written }
}

/** Runs a command of scripts/ as a person does, in a process of its own. */
export function runProcess(
  script: string,
  args: string[],
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', `scripts/${script}.ts`, ...args],
      {
        cwd: PROJECT,
        env: {
          ...process.env,
          LOG_LEVEL: 'silent',
          DATA_KEY: TEST_ENVIRONMENT.DATA_KEY,
          DATABASE_URL: databaseUrl,
          ...env,
        },
      },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, out, err })
      },
    )
  })
}
