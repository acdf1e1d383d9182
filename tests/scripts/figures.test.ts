import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeFigures } from '../../scripts/support/figures-doc.ts'
import { figureRow, isMet, median, percentile } from '../../scripts/support/figures.ts'

describe('a figure', () => {
  it.each([
    { value: 0.36, goal: { atLeast: 0.35 }, met: true },
    { value: 0.35, goal: { atLeast: 0.35 }, met: true },
    { value: 0.34, goal: { atLeast: 0.35 }, met: false },
    { value: 60, goal: { atMost: 60 }, met: true },
    { value: 61, goal: { atMost: 60 }, met: false },
    { value: Number.NaN, goal: { atMost: 60 }, met: false },
    { value: Number.NaN, goal: { atLeast: 1 }, met: false },
  ])('of $value against $goal holds: $met', ({ value, goal, met }) => {
    expect(isMet({ name: 'x', value, unit: '', goal })).toBe(met)
  })

  it('that has no goal is only told', () => {
    expect(isMet({ name: 'x', value: Number.NaN, unit: '' })).toBe(true)
  })

  it.each([
    [0.123456, '×', '0.123 ×'],
    [12, '', '12'],
    [1234567, 'rows', '1,234,567 rows'],
    [1234.5, 'ms', '1,235 ms'],
  ])('shows %d %s as %s', (value, unit, shown) => {
    expect(figureRow({ name: 'x', value, unit }).value).toBe(shown)
  })
})

describe('percentiles', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('find the median of %j', (values, expected) => {
    expect(median(values)).toBe(expected)
  })

  it('lie between the least and the greatest, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 100 }),
        (values, percent) => {
          const found = percentile(values, percent)

          expect(found).toBeGreaterThanOrEqual(Math.min(...values))
          expect(found).toBeLessThanOrEqual(Math.max(...values))
          expect(percentile(values.toReversed(), percent)).toBe(found)
        },
      ),
    )
  })
})

describe('the page of figures', () => {
  const report = {
    name: 'scan',
    command: 'npm run bench -- scan',
    machine: '2 cores',
    at: '2026-11-22T10:00:00.000Z',
    seconds: 12,
    figures: [{ name: 'a | b', value: 1.2, unit: '×', goal: { atMost: 1.3 } }],
  }

  it('gets each table between its markers, however often', () => {
    const page = join(mkdtempSync(join(tmpdir(), 'guide-figures-')), 'page.md')
    writeFileSync(page, 'before\n<!-- figures scan -->\nold\n<!-- end -->\nafter\n')

    writeFigures(page, [report])
    const once = readFileSync(page, 'utf8')
    writeFigures(page, [report])

    expect(once).toContain('| ✓ | a \\| b | 1.2 × | ≤ 1.3 × |  |')
    expect(once).toContain('`npm run bench -- scan` · 2026-11-22 · 12 s · 2 cores')
    expect(once.startsWith('before\n')).toBe(true)
    expect(once.endsWith('<!-- end -->\nafter\n')).toBe(true)
    expect(once).not.toContain('old')
    expect(readFileSync(page, 'utf8')).toBe(once)
  })

  it('names a report it has no place for', () => {
    const page = join(mkdtempSync(join(tmpdir(), 'guide-figures-')), 'page.md')
    writeFileSync(page, 'nothing here\n')

    expect(writeFigures(page, [report])).toEqual(['scan'])
    expect(readFileSync(page, 'utf8')).toBe('nothing here\n')
  })
})
