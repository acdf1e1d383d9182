import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pointsProgrammeCommand } from '../../scripts/support/points-programme-command.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { runCommand } from './run-command.ts'

const db = useDatabase()
const programme = (...args: string[]) => runCommand(pointsProgrammeCommand, db, args)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'programme-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => emptyDatabase(db))

async function aFile(content: string): Promise<string> {
  const path = join(folder, 'programme.json')
  await writeFile(path, content)
  return path
}

describe('scripts/points-programme.ts', () => {
  it('saves a programme, shows it with every number, and turns it off', async () => {
    const file = await aFile('{ "startsOn": "2026-12-01", "pointsPerYuan": 1 }')

    expect((await programme('show')).out).toContain('There is no points programme')
    expect((await programme('check', file)).code).toBe(0)
    expect(await db.prisma.pointsProgramme.count()).toBe(0)
    expect((await programme('save', file)).out).toContain('Version 1 is saved and on')
    expect((await programme('show')).out).toMatch(/Version 1, on[^]*"validDays": 365/)
    expect((await programme('off')).out).toContain('Version 2 is saved and off')
    expect((await programme('show')).out).toContain('Version 2, off')
  })

  it('names each number that can’t be used, and saves nothing', async () => {
    const file = await aFile('{ "startsOn": "soon", "pointsPerYuan": -1 }')

    const { code, err } = await programme('save', file)

    expect(code).toBe(2)
    expect(err).toMatch(/startsOn: write a day that exists[^]*pointsPerYuan: write a number/)
    expect(await db.prisma.pointsProgramme.count()).toBe(0)
  })

  it.each([[[]], [['save']], [['off', 'x']], [['give']], [['show', 'a', 'b']], [['off']]])(
    'refuses %j',
    async (args) => {
      const { code, err } = await programme(...args)

      expect(code).toBe(2)
      expect(err).not.toBe('')
    },
  )

  it('says so when the file is not there, or no JSON', async () => {
    const broken = await aFile('{ startsOn')

    expect((await programme('check', join(folder, 'none.json'))).err).toContain('no such file')
    expect((await programme('check', broken)).err).toContain('not JSON')
  })
})
