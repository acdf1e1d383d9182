import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PROJECT } from './open.ts'

/** what the pages are made from: their own room, the vocabulary, the shapes of the API */
const SOURCES = ['sidebar', 'domain', 'server/api', 'package-lock.json']
const BUILT = join(PROJECT, 'dist/sidebar/sidebar.html')

/** Builds the pages to dist/sidebar, unless they are newer than everything they are made from. */
export async function buildPages(): Promise<void> {
  if (
    existsSync(BUILT) &&
    statSync(BUILT).mtimeMs > newest(SOURCES.map((path) => join(PROJECT, path)))
  )
    return
  await build([])
}

/**
 * Builds the pages anew into a folder, which is emptied first.
 *
 * @throws when they are over their budget (sidebar/vite/page-budget.ts)
 */
export async function buildPagesInto(folder: string): Promise<void> {
  await build(['--outDir', folder, '--emptyOutDir'])
}

async function build(options: readonly string[]): Promise<void> {
  // in a process of its own: under a test runner NODE_ENV would build Vue's development code
  const vite = join(PROJECT, 'node_modules/vite/bin/vite.js')
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '-c', 'sidebar/vite.config.ts', ...options],
    { cwd: PROJECT, env: { ...process.env, NODE_ENV: 'production' } },
  )
}

function newest(paths: string[]): number {
  return Math.max(
    0,
    ...paths.map((path) => {
      const found = statSync(path)
      if (!found.isDirectory()) return found.mtimeMs
      return newest(readdirSync(path).map((name) => join(path, name)))
    }),
  )
}
