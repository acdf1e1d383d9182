import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as errors from '../../server/errors.ts'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

/** `CODE 404` of each row of a table. */
const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(
  ([, code, status]) => `${code} ${status}`,
)
const catalogue = Object.values(errors).map((CatalogueError) => {
  const { code, statusCode } = new CatalogueError()
  return `${code} ${statusCode}`
})

describe('docs/errors.md', () => {
  it('lists every code of the catalogue with its status, and no other', () => {
    expect(documented.toSorted()).toEqual(catalogue.toSorted())
  })

  it('lists each code once', () => {
    expect(new Set(documented).size).toBe(documented.length)
  })
})
