import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { IMPORT_KINDS, sliceOf } from '../../../bot/members/import/kinds.ts'
import { rowsOfCsv } from '../../../scripts/support/import-csv.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const recipe = (name: string) =>
  readFileSync(new URL(`../../../docs/recipes/${name}.md`, import.meta.url), 'utf8')

beforeEach(() => emptyDatabase(db))

describe('docs/recipes', () => {
  it.each(IMPORT_KINDS)('show %s that are accepted, and name every field', async (kind) => {
    const section = recipe('connect-your-pos').split(`### ${kind}\n`)[1]?.split('\n#')[0] ?? ''
    const examples = [...section.matchAll(/```json\n([\s\S]+?)```/g)].map(
      (match) => JSON.parse(match[1] ?? '') as unknown,
    )

    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      expect(await importItems(createTestDeps(db), kind, [example])).toMatchObject({ accepted: 1 })
    }
    for (const field of Object.keys(sliceOf(kind).schema.properties)) {
      expect(section).toMatch(new RegExp(`\`${field}\\??\``))
    }
  })

  it('show a CSV file that is accepted', async () => {
    const csv = /```csv\n([\s\S]+?)```/.exec(recipe('import-files'))?.[1] ?? ''
    const source = (async function* () {
      yield Buffer.from(csv)
    })()

    const items: unknown[] = []
    for await (const row of rowsOfCsv(source, 'orders', () => undefined)) items.push(row.item)

    expect(await importItems(createTestDeps(db), 'orders', items)).toMatchObject({ accepted: 2 })
    expect(await db.prisma.orderItem.count()).toBe(3)
  })
})
