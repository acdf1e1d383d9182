import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildPages } from './support/build-pages.ts'
import { PROJECT } from './support/open.ts'

const HELP = `npm run build [-- --pages]
Compiles the server to dist/ and builds the pages to dist/sidebar. With --pages: the pages only.`

if (process.argv.includes('--help')) {
  process.stdout.write(`${HELP}\n`)
} else {
  if (!process.argv.includes('--pages')) {
    for (const room of ['domain', 'prisma', 'bot', 'server']) {
      rmSync(join(PROJECT, 'dist', room), { recursive: true, force: true })
    }
    const compiler = join(PROJECT, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
      cwd: PROJECT,
      stdio: 'inherit',
    })
  }
  await buildPages()
}
