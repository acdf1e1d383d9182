import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkApiKey } from '../../bot/members/api-keys.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { keysCommand } from '../../scripts/support/keys-command.ts'
import { runCommand, runProcess } from './run-command.ts'

const db = useDatabase()
const keys = (...args: string[]) => runCommand(keysCommand, db, args)

beforeEach(() => emptyDatabase(db))

describe('npm run keys', () => {
  it('shows a new key once, alone on the last line, and keeps its hash', async () => {
    const { code, out } = await runProcess('keys', ['create', '门店', 'POS'], db.url)

    const key = out.trimEnd().split('\n').at(-1) ?? ''
    expect(code).toBe(0)
    expect(key).toMatch(/^guide_[\w-]{43}$/)
    const [row] = await db.prisma.apiKey.findMany()
    expect(row?.name).toBe('门店 POS')
    expect(Buffer.from(row?.hash ?? [])).toEqual(createHash('sha256').update(key).digest())
    const list = await keys('list')
    expect(list.out).toContain('门店 POS')
    expect(list.out).not.toContain(key)
  })

  it('ends a key at once, and says so when there is none', async () => {
    const { out } = await keys('create', 'pos')
    const key = out.trimEnd().split('\n').at(-1) ?? ''
    expect(await checkApiKey(db.prisma, key, new Date())).toMatchObject({ name: 'pos' })

    const first = await keys('revoke', 'pos')
    const again = await keys('revoke', 'pos')

    expect([first.code, again.code]).toEqual([0, 2])
    expect(await checkApiKey(db.prisma, key, new Date())).toBeNull()
    expect((await keys('create', 'pos')).err).toContain('take another name')
  })

  it.each([[[]], [['create']], [['delete', 'pos']], [['list', 'pos']], [['create', ' \t']]])(
    'refuses %j',
    async (args) => {
      const { code, err } = await keys(...args)

      expect(code).toBe(2)
      expect(err).not.toBe('')
      expect(await db.prisma.apiKey.count()).toBe(0)
    },
  )
})
