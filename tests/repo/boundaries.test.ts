import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOMS = ['domain', 'prisma', 'bot', 'server', 'sidebar', 'sandbox', 'scripts', 'tests']

describe('the house', () => {
  it('has imports that run one way', { timeout: 120_000 }, () => {
    const cruiser = join('node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')

    const report = execFileSync(
      process.execPath,
      [cruiser, ...ROOMS, '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
      { encoding: 'utf8' },
    )

    expect(report).toContain('no dependency violations found')
  })

  it('says in each room what belongs there', () => {
    const silent = ROOMS.filter((room) => !readdirSync(room).includes('README.md'))

    expect(silent).toEqual([])
  })

  it('has a lock file without download addresses', () => {
    const lock = readFileSync('package-lock.json', 'utf8')

    expect(lock).not.toMatch(/"resolved":\s*"http/)
  })
})
