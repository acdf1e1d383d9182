import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import chromium from '@sparticuz/chromium'
import { chromium as playwright, type Browser } from 'playwright-core'

/** No sandbox of its own (it may run as root), and no calls home. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/**
 * Starts a real Chromium: CHROMIUM_PATH, else Debian's, else the one that npm brought.
 */
export async function launchBrowser(): Promise<Browser> {
  const given = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium'].find(
    (path) => path && existsSync(path),
  )
  if (given) return playwright.launch({ executablePath: given, args: ARGUMENTS })
  const executablePath = await chromium.executablePath()
  const libraries = unpackLibraries()
  return playwright.launch({
    executablePath,
    args: [...ARGUMENTS, '--headless=shell', '--single-process', '--no-zygote'],
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  })
}

/** The shared libraries that a small machine lacks (libnss3 and friends), brought by the same package. */
function unpackLibraries(): string {
  const folder = join(tmpdir(), 'guide-chromium-libraries')
  const marker = join(folder, '.complete')
  if (!existsSync(marker)) {
    mkdirSync(folder, { recursive: true })
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
    const archive = findArchive(dirname(entry))
    const tar = join(folder, 'libraries.tar')
    writeFileSync(tar, brotliDecompressSync(readFileSync(archive)))
    execFileSync('tar', ['-xf', tar, '-C', folder])
    writeFileSync(marker, '')
  }
  return join(folder, 'al2023', 'lib')
}

function findArchive(from: string): string {
  for (let at = from; at !== dirname(at); at = dirname(at)) {
    const candidate = join(at, 'bin', 'al2023.tar.br')
    if (existsSync(candidate)) return candidate
  }
  throw new Error('@sparticuz/chromium has no bin/al2023.tar.br')
}
