import { describe, expect, it } from 'vitest'
import { existsAsDay, isMoment } from '../../domain/moment.ts'

describe('a time', () => {
  it.each([
    '2026-11-22T10:30:00+08:00',
    '2026-11-22T10:30+08:00',
    '2026-11-22T02:30:00Z',
    '2026-11-22T02:30:00.123456Z',
    '1900-01-01T00:00:00Z',
    '2199-12-31T23:59:59Z',
    '2028-02-29T00:00:00Z',
  ])('is one that calendar and clock show: %s', (text) => {
    expect(isMoment(text)).toBe(true)
  })

  it.each([
    '',
    '2026-11-22',
    '2026-11-22T10:30:00',
    '2026-11-22 10:30:00Z',
    '2026-11-22T10:30:00+08:00[Asia/Shanghai]',
    '2026-11-22T23:59:60Z',
    '2026-11-22T25:00:00Z',
    '2026-11-22T10:30:00+99:99',
    '2026-02-30T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '1899-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    '+002026-11-22T10:30:00Z',
  ])('is refused when none do, or nobody lives then: %s', (text) => {
    expect(isMoment(text)).toBe(false)
  })

  it.each([
    [2000, 2, 29, true],
    [1900, 2, 29, false],
    [1990, 2, 28, true],
    [1990, 0, 1, false],
    [1990, 13, 1, false],
  ])('knows whether %i-%i has a day %i: %s', (year, month, day, there) => {
    expect(existsAsDay(year, month, day)).toBe(there)
  })
})
