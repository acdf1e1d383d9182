import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const files = (folder: string) => readdirSync(new URL(`../../${folder}`, import.meta.url))

describe('every scenario of the torture chamber', () => {
  const scenarios = files('scripts/torture')
    .map((file) => /^([rs])0?(\d+)-.*\.ts$/.exec(file))
    .flatMap((match) => (match ? [`${match[1] ?? ''}${match[2] ?? ''}`] : []))

  it('is one of those that are asked for, and none is missing', () => {
    const asked = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16].map((n) => `r${n}`)
    const secured = [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((n) => `s${n}`)

    expect(scenarios.toSorted((a, b) => a.localeCompare(b))).toEqual(
      [...asked, ...secured].toSorted((a, b) => a.localeCompare(b)),
    )
  })

  it.each(scenarios)('%s runs with the others and has its place in docs/reliability.md', (id) => {
    expect(read('scripts/torture.ts')).toMatch(new RegExp(`^  ${id},$`, 'm'))
    expect(read('docs/reliability.md')).toContain(`<!-- figures ${id.toUpperCase()} -->`)
  })
})

describe('every bench', () => {
  it.each(['ingest', 'scan', 'profile', 'import', 'send', 'bundle', 'brain'])(
    '%s runs with the others and has its place in docs/performance.md',
    (name) => {
      expect(read('scripts/bench.ts')).toContain(`${name}Bench,`)
      expect(read('docs/performance.md')).toContain(`<!-- figures ${name} -->`)
    },
  )
})
