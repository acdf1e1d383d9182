import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { binaryArray } from '../../../bot/callbacks/binary-array.ts'
import { useDatabase } from '../../support/database.ts'

const db = useDatabase()

it('brings every list to the database as it is', async () => {
  const texts = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')))
  const bytes = fc.array(fc.uint8Array({ maxLength: 40 }))
  const flags = fc.array(fc.boolean())

  await fc.assert(
    fc.asyncProperty(texts, bytes, flags, async (text, byte, flag) => {
      const { rows } = await db.pool.query(
        'select $1::text[] as text, $2::bytea[] as byte, $3::boolean[] as flag',
        [binaryArray('text', text), binaryArray('bytea', byte), binaryArray('bool', flag)],
      )

      expect(rows[0]).toEqual({ text, byte: byte.map((one) => Buffer.from(one)), flag })
    }),
    { numRuns: 100 },
  )
})

it('has what is no text refused by the database, as a row of it', async () => {
  const bad = binaryArray('text', ['good', 'with\0nul'])

  await expect(db.pool.query('select $1::text[]', [bad])).rejects.toMatchObject({ code: '22021' })
})
