import { beforeEach, describe, expect, it } from 'vitest'
import { scanCommand } from '../../scripts/support/scan-command.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { aCustomer, aGuide } from '../support/chain.ts'
import { runCommand, runProcess } from './run-command.ts'

const db = useDatabase()
const scan = (...args: string[]) => runCommand(scanCommand, db, args)

beforeEach(async () => {
  await emptyDatabase(db)
  const guide = await aGuide(db, { userid: 'WangXM' })
  await aCustomer(db, { memberNo: 'M1', birthdayMd: 1125 }, [guide])
  await aCustomer(db, { memberNo: 'M2', birthdayMd: 1125, consent: 'none' }, [guide])
})

describe('npm run scan', () => {
  it('prints one JSON document on standard output, and writes nothing in a dry run', async () => {
    const { code, out } = await runProcess(
      'scan',
      ['--date', '2026-11-22', '--dry-run', '--json'],
      db.url,
    )

    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      date: '2026-11-22',
      created: [
        {
          kind: 'birthday',
          memberNo: 'M1',
          guideUserid: 'WangXM',
          reason: '3 天后 11 月 25 日生日。',
          facts: { day: '2026-11-25', md: 1125, lunar: false, daysUntil: 3 },
          dueAt: '2026-11-25T23:59:59+08:00',
        },
      ],
      heldBack: [{ kind: 'birthday', memberNo: 'M2', why: 'no_consent', until: null }],
      existing: 0,
    })
    expect(await db.prisma.task.count()).toBe(0)
  })

  it('makes the tasks of today, and tells people what it did', async () => {
    const { code, out } = await scan('--kind', 'birthday')

    expect(code).toBe(0)
    expect(out).toContain('1 made, 1 held back, 0 were there already')
    expect(out).toContain('生日 · M1: 3 天后 11 月 25 日生日。')
    expect(out).toContain('no_consent birthday —')
    expect(await db.prisma.task.count()).toBe(1)
  })

  it.each([
    [['--date', '2026-02-30'], /--date 2026-02-30: write a day that exists/],
    [['--kind', 'birthdays'], /--kind birthdays: write one of birthday, coupon_expiring/],
    [['--kind', 'festival'], /--kind festival: this rule is off; a newer version in table rule/],
    [['--dayt', '2026-02-30'], /--dayt[\s\S]*npm run scan/],
  ])('refuses %j in words that help', async (args, message) => {
    const { code, out, err } = await scan(...args)

    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
  })
})
