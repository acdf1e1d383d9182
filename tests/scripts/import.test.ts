import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { openImportFile } from '../../scripts/support/import-file.ts'
import type { ImportKind } from '../../bot/members/import/kinds.ts'
import { importCommand } from '../../scripts/support/import-command.ts'
import { runCommand, runProcess } from './run-command.ts'

const db = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'guide-import-'))
const importFile = (...args: string[]) => runCommand(importCommand, db, args)
const file = (name: string, text: string | Buffer) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

beforeEach(() => emptyDatabase(db))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MEMBERS = `memberNo,name,mobile,birthday,lunarBirthday,joinedAt,attributes
M1,李雷,13800000001,05-20,false,2025-01-01T10:00:00+08:00,"{""level"": 3}"
M2,"Han, Meimei",,02-30,,2025-01-01T10:00:00+08:00,
M3,王芳,,,1,2025-01-01T10:00:00+08:00,
`

describe('npm run import', () => {
  it('reads CSV, gives bad rows back with the reason, and brings nothing in twice', async () => {
    const path = file('members.csv', `\ufeff${MEMBERS}`)

    const first = await runProcess('import', ['members', path], db.url)

    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toContain('2 accepted, 0 unchanged, 1 rejected')
    expect(first.out).toContain('members.csv.rejected.csv')
    const rejected = parse(readFileSync(`${path}.rejected.csv`), { columns: true, bom: true })
    expect(rejected).toMatchObject([
      { _line: '3', _code: 'BAD_FIELD', memberNo: 'M2', name: 'Han, Meimei', birthday: '02-30' },
    ])
    const [lilei] = await db.prisma.customer.findMany({ orderBy: { memberNo: 'asc' } })
    expect(lilei).toMatchObject({ name: '李雷', birthdayMd: 520, attributes: { level: 3 } })
    expect(await db.prisma.importRun.findMany()).toMatchObject([
      { kind: 'members', source: 'members.csv', accepted: 2, rejected: 1 },
    ])

    const again = await importFile('members', path)

    expect(again.out).toContain('0 accepted, 2 unchanged, 1 rejected')
  })

  it('takes a rejected file that was corrected as it is', async () => {
    const path = file('again.csv', MEMBERS)
    await importFile('members', path)
    const corrected = readFileSync(`${path}.rejected.csv`, 'utf8').replace('02-30', '02-28')

    const { out } = await importFile('members', file('corrected.csv', corrected))

    expect(out).toContain('1 accepted, 0 unchanged, 0 rejected')
    expect(existsSync(join(folder, 'corrected.csv.rejected.csv'))).toBe(false)
  })

  it('keeps nothing in a dry run', async () => {
    const { code, out } = await importFile('members', file('dry.csv', MEMBERS), '--dry-run')

    expect(code).toBe(0)
    expect(out).toContain('2 accepted')
    expect(out).toContain('nothing was kept')
    expect(await db.prisma.customer.count()).toBe(0)
    expect(await db.prisma.importRun.count()).toBe(0)
  })

  it('reads NDJSON of many batches', async () => {
    const lines = Array.from({ length: 2_100 }, (_, n) =>
      JSON.stringify({
        orderNo: `O${n}`,
        memberNo: 'M1',
        paidAt: '2026-11-01T10:00:00+08:00',
        amountFen: n === 1_500 ? -1 : 100,
        status: 'paid',
      }),
    )
    const path = file('orders.ndjson', lines.join('\n'))

    const { out } = await importFile('orders', path)

    expect(out).toContain('2099 accepted, 0 unchanged, 1 rejected')
    const rejected = parse(readFileSync(`${path}.rejected.csv`), { columns: true, bom: true })
    expect(rejected).toMatchObject([{ _line: '1501', _id: 'O1500', _code: 'BAD_FIELD' }])
    expect(await db.prisma.order.count()).toBe(2_099)
  })

  it.each([
    ['orders', 'missing.csv', undefined, 'no such file'],
    ['orders', 'empty.csv', '', 'is empty'],
    ['orders', 'list.json', '[{"orderNo":"O1"}]', 'JSON list'],
    ['orders', 'nokey.csv', 'amountFen,status\n1,paid\n', 'orderNo among them'],
    ['orders', 'unknown.csv', 'orderNo,amountYuan\nO1,1\n', 'amountYuan'],
    ['shops', 'shops.csv', 'storeNo\nS1\n', 'no kind shops'],
  ])('says why it can’t use %s %s', async (kind, name, text, sentence) => {
    const path = text === undefined ? join(folder, name) : file(name, text)

    const { code, err } = await importFile(kind, path)

    expect(code).toBe(2)
    expect(err).toContain(sentence)
  })

  it('takes a rejected file of NDJSON that was corrected, with every line it could not read', async () => {
    const path = join(folder, 'orders.ndjson')
    const good = {
      orderNo: 'N1',
      memberNo: 'M1',
      paidAt: '2026-11-01T10:00:00+08:00',
      amountFen: 100,
      status: 'paid',
    }
    writeFileSync(path, `${JSON.stringify({ ...good, amountFen: -1 })}\nnope\n`)
    await importFile('orders', path)
    const rejected = readFileSync(`${path}.rejected.csv`, 'utf8')

    const corrected = file('orders-corrected.csv', rejected.replace(':-1', ':100'))
    const again = await importFile('orders', corrected)

    expect(rejected).toContain('nope')
    expect(again.out).toContain('1 accepted, 0 unchanged, 1 rejected')
  })

  it('explains itself', async () => {
    expect(await importFile('--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('npm run import'),
    })
    expect((await importFile('members')).code).toBe(2)
    expect((await importFile('members', 'x.csv', '--force')).code).toBe(2)
  })
})

describe('openImportFile', () => {
  const read = async (path: string, kind: ImportKind) => {
    const rows: unknown[] = []
    const opened = await openImportFile(path, kind)
    for await (const { line, item, refusal } of opened.rows(() => undefined)) {
      rows.push(refusal ? [line, refusal.code] : [line, item])
    }
    return rows
  }
  const HEAD = 'orderNo,memberNo,amountFen,item_sku,item_quantity,item_amountFen'

  it('makes one order of rows that follow each other with its lines', async () => {
    const path = file(
      'lines.csv',
      `${HEAD}\nO1,M1,300,A,1,100\nO1,M1,300,B,2,200\nO2,M1,50,A,1,50\n`,
    )

    const line = (sku: string, quantity: number, amountFen: number) => ({
      sku,
      quantity,
      amountFen,
    })
    expect(await read(path, 'orders')).toEqual([
      [
        2,
        {
          orderNo: 'O1',
          memberNo: 'M1',
          amountFen: 300,
          items: [line('A', 1, 100), line('B', 2, 200)],
        },
      ],
      [4, { orderNo: 'O2', memberNo: 'M1', amountFen: 50, items: [line('A', 1, 50)] }],
    ])
  })

  it('keeps two versions of an order apart', async () => {
    const path = file('versions.csv', `${HEAD}\nO1,M1,300,A,1,100\nO1,M1,200,A,1,100\n`)

    expect(await read(path, 'orders')).toHaveLength(2)
  })

  it('reads a list of lines as JSON, and leaves bad cells to the import', async () => {
    const path = file(
      'json.csv',
      'orderNo,amountFen,items\nO1,1,"[{""sku"":""A""}]"\nO2,x1,oops\nO3,1\n',
    )

    expect(await read(path, 'orders')).toEqual([
      [2, { orderNo: 'O1', amountFen: 1, items: [{ sku: 'A' }] }],
      [3, { orderNo: 'O2', amountFen: 'x1', items: 'oops' }],
      [4, 'BAD_LINE'],
    ])
  })

  it('keeps leading zeros, and line numbers over quoted line breaks', async () => {
    const path = file('zeros.csv', 'storeNo,name,address\n007,"a\nb",x\n\n008,c,y\n')

    expect(await read(path, 'stores')).toEqual([
      [2, { storeNo: '007', name: 'a\nb', address: 'x' }],
      [5, { storeNo: '008', name: 'c', address: 'y' }],
    ])
  })

  it('reads GB18030, which Excel in China saves', async () => {
    const gbk = Buffer.from([0x53, 0x31, 0x2c, 0xbe, 0xb2, 0xb0, 0xb2, 0xb5, 0xea])
    const path = file('gbk.csv', Buffer.concat([Buffer.from('storeNo,name\n'), gbk]))

    expect(await read(path, 'stores')).toEqual([[2, { storeNo: 'S1', name: '静安店' }]])
  })

  it('tells NDJSON from CSV by its first character where the extension does not', async () => {
    const path = file('rows.txt', '\n{"storeNo":"S1"}\n')

    expect(await read(path, 'stores')).toEqual([[2, { storeNo: 'S1' }]])
  })
})
