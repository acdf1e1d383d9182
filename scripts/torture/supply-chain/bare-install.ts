import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { PROJECT } from '../../support/open.ts'

const run = promisify(execFile)

/** Not the project's own, or made from it. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.data', '.git', '.env', 'coverage', 'generated'])

/**
 * Installs a copy of the project without running anybody's script, makes the Prisma client as our own postinstall
 * does, and starts what there is: database, migrations, host, pages.
 *
 * @returns what failed; empty when all of it works. `notMeasured` when the registry can't be reached
 */
export async function installWithoutScripts(
  folder: string,
): Promise<{ failed: string[]; notMeasured?: string }> {
  const copy = join(folder, 'bare')
  mkdirSync(copy)
  chmodSync(copy, 0o755)
  cpSync(PROJECT, copy, {
    recursive: true,
    filter: (path) => relative(PROJECT, path) === '' || !LEFT_OUT.has(basename(path)),
  })
  const options = { cwd: copy, timeout: 150_000, maxBuffer: 64 * 1024 * 1024 }
  try {
    await run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--silent'], options)
  } catch (error) {
    return { failed: [], notMeasured: `npm ci did not get through: ${lastLine(error)}` }
  }
  const failed: string[] = []
  const attempt = async (what: string, args: string[], expected?: string): Promise<void> => {
    try {
      const { stdout } = await run(process.execPath, args, {
        ...options,
        env: { ...process.env, NODE_ENV: 'production' },
      })
      if (expected !== undefined && !stdout.includes(expected)) failed.push(`${what}: ${stdout}`)
    } catch (error) {
      failed.push(`${what}: ${lastLine(error)}`)
    }
  }
  await attempt('our own postinstall', ['scripts/generate-client.js'])
  await attempt(
    'database, migrations and host',
    ['--import', 'tsx', 'scripts/torture/supply-chain/smoke.ts'],
    'ready',
  )
  await attempt('the pages', [
    'node_modules/vite/bin/vite.js',
    'build',
    '-c',
    'sidebar/vite.config.ts',
  ])
  return { failed }
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.trim().split('\n').at(-1)?.slice(0, 160) ?? ''
}
