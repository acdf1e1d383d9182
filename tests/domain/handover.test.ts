import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dealTo, isAboutMembers, nextHandover, readCode } from '../../domain/handover.ts'

const at = (moment: string) => new Date(moment)

describe('twice in 90 days', () => {
  // asked on 1 June and 1 July at noon: the first stops counting 90 days later, on 30 August at noon
  const asked = [at('2026-07-01T12:00:00Z'), at('2026-06-01T12:00:00Z')]

  it.each([
    ['the day before', '2026-08-29T12:00:00Z', '2026-08-30T12:00:00.000Z'],
    ['a moment before', '2026-08-30T11:59:59Z', '2026-08-30T12:00:00.000Z'],
    ['that moment', '2026-08-30T12:00:00Z', null],
    ['the day after', '2026-08-31T12:00:00Z', null],
  ])('%s', (_name, now, again) => {
    expect(nextHandover(asked, at(now))?.toISOString() ?? null).toBe(again)
  })

  it('lets go who was asked for once, however lately', () => {
    expect(nextHandover([at('2026-08-01T00:00:00Z')], at('2026-08-01T00:00:00Z'))).toBeNull()
  })
})

describe('dealing customers', () => {
  it('goes there and back again', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((nth) => dealTo(nth, 3))).toEqual([0, 1, 2, 2, 1, 0, 0])
  })

  it('gives everybody as many as the others, or one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(400), (takers, customers) => {
        const counts = Array.from({ length: takers }, () => 0)
        for (let nth = 0; nth < customers; nth += 1) {
          const taker = dealTo(nth, takers)
          counts[taker] = (counts[taker] ?? Number.NaN) + 1
        }
        return Math.max(...counts) - Math.min(...counts) <= 1
      }),
    )
  })

  it('leaves nobody with more value than another by more than the best customer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 200 }),
        (takers, spends) => {
          const sums = Array.from({ length: takers }, () => 0)
          for (const [nth, spend] of spends.toSorted((a, b) => b - a).entries()) {
            const taker = dealTo(nth, takers)
            sums[taker] = (sums[taker] ?? 0) + spend
          }
          return Math.max(...sums) - Math.min(...sums) <= Math.max(...spends)
        },
      ),
    )
  })
})

describe('what WeCom answers for a customer', () => {
  it.each([
    [0, { state: 'asked' }],
    [40099, { state: 'limit' }],
    [40128, { state: 'impossible', why: 'twice' }],
    [40100, { state: 'impossible', why: 'in_transfer' }],
    [40129, { state: 'impossible', why: 'in_transfer' }],
    [40131, { state: 'impossible', why: 'not_contact' }],
    [40096, { state: 'impossible', why: 'not_contact' }],
    [40097, { state: 'impossible', why: 'not_resigned' }],
    [40098, { state: 'impossible', why: 'taker_not_ready' }],
    [40143, { state: 'impossible', why: 'taker_not_ready' }],
    [40130, { state: 'impossible', why: 'no_taker' }],
    [-1, { state: 'waiting' }],
    [45009, { state: 'waiting' }],
    [12345, { state: 'impossible', why: 'wecom' }],
  ])('%d', (code, read) => {
    expect(readCode(code, false)).toEqual(read)
  })

  it.each([40100, 40129])('%d is our own doing where an earlier answer was lost', (code) => {
    expect(readCode(code, true)).toEqual({ state: 'asked' })
  })

  it('tells a taker without the right to customers from a set-up that needs a person', () => {
    expect([84074, 40098, 40143, 60020, 48002, 40001].map(isAboutMembers)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
