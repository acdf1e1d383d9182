import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cdnowRows, type CdnowPurchase } from '../../scripts/support/cdnow.ts'
import { decisionQuality } from '../../scripts/support/decision-quality.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guide-cdnow-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('the CDNOW sample', () => {
  it('becomes members and orders of the open API, each line an order of its own', async () => {
    const path = file(
      'good.txt',
      ' 00004 0001 19970118  2   29.73\n 00004 0001 19970101  2   29.33\r\n 00004 0001 19970118  1    0.00\n\n',
    )

    const { members, orders } = await cdnowRows(path)

    expect(members).toEqual([
      {
        memberNo: 'CDNOW-00004',
        joinedAt: '1997-01-01T12:00:00+08:00',
        source: 'CDNOW sample',
      },
    ])
    expect(orders).toMatchObject([
      { orderNo: 'CDNOW-00004-19970118-1', amountFen: 2973, items: [{ quantity: 2 }] },
      { orderNo: 'CDNOW-00004-19970101-1', amountFen: 2933 },
      { orderNo: 'CDNOW-00004-19970118-2', amountFen: 0 },
    ])
  })

  it.each(['00004 0001 1997-01-01 2 29.33', '00004 0001 19970101 2', 'customer,date'])(
    'names the line it can’t read: %s',
    async (line) => {
      const path = file('bad.txt', ` 00004 0001 19970101  2   29.33\n${line}\n`)

      await expect(cdnowRows(path)).rejects.toThrow('line 2')
    },
  )
})

describe('decision quality', () => {
  // half come every ten days and go on, half came as often and stopped
  const purchases = Array.from({ length: 120 }, (_, i): CdnowPurchase[] => {
    const stays = i % 2 === 0
    const days = Array.from({ length: 24 }, (_n, n) => n * 10 + (i % 7))
    return days
      .filter((day) => stays || day < 100)
      .map((day) => ({
        customer: String(i),
        day: new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
        quantity: 1,
        amountFen: 1_000,
      }))
  }).flat()

  it('finds those who go on, by every order that can be used', () => {
    const found = decisionQuality(purchases, { lastDay: '2026-06-30', holdoutDays: 60 })

    expect(found).toMatchObject({ customers: 120, buyers: 60 })
    expect(found.rankings).toHaveLength(4)
    for (const { name, auc } of found.rankings) expect(auc, name).toBeGreaterThan(0.95)
  })

  it('says when there is nothing to fit', () => {
    expect(() =>
      decisionQuality(purchases.slice(0, 24), { lastDay: '2026-06-30', holdoutDays: 60 }),
    ).toThrow('fewer than 50')
  })
})
