import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintTiers } from '../../domain/lint-tiers.ts'
import { tierOf } from '../../domain/tier.ts'
import { DEFAULT_TIER_TABLE, type TierRow, type TierTable } from '../../domain/tier-table.ts'
import { tiersWith } from '../support/tiers.ts'

const asks = { spendFen: 0, orders: 0, purchaseDays: 0, referrals: 0, points: 0 }
const benefits = (discount: number | null) => ({ benefits: { discount, texts: [] } })

const said = (table: TierTable) =>
  lintTiers(table).map(({ severity, code, path }) => `${severity} ${code} ${path}`)

describe('lintTiers', () => {
  it('has nothing to say about the product’s own table', () => {
    expect(lintTiers(DEFAULT_TIER_TABLE)).toEqual([])
  })

  it.each<[string, Record<string, Partial<TierRow>>, string[]]>([
    [
      'a lowest tier that asks for something',
      { iron: { asks: { ...asks, orders: 1 } } },
      ['error gap tiers[0].asks.orders'],
    ],
    ['a lowest tier beside the ladder', { iron: { kind: 'special' } }, ['error gap tiers[0].kind']],
    [
      'a lowest tier that ends',
      { iron: { ends: { afterDays: 90, when: 'review' } } },
      ['error nothing_below tiers[0].ends'],
    ],
    ['a code that is used twice', { gold: { code: 'silver' } }, ['error same_code tiers[3].code']],
    [
      'a name that is used twice',
      { gold: { name: { 'zh-CN': '银', en: 'silver ' } } },
      ['error same_name tiers[3].name.zh-CN', 'error same_name tiers[3].name.en'],
    ],
    [
      'a higher band that begins a fen below the lower',
      { silver: { asks: { ...asks, spendFen: 99_999, orders: 21 } } },
      ['error overlap tiers[2].asks.spendFen'],
    ],
    [
      'a higher band that begins where the lower does, for the same orders',
      { silver: { asks: { ...asks, spendFen: 100_000, orders: 10 } } },
      ['error unreachable tiers[1]'],
    ],
    [
      'a higher band of the same amount and an order more',
      { silver: { asks: { ...asks, spendFen: 100_000, orders: 11 } } },
      [],
    ],
    [
      'a tier on top that asks nothing',
      { gold: { asks } },
      ['error unreachable tiers[0]', 'error unreachable tiers[1]', 'error unreachable tiers[2]'],
    ],
    ['gold that requires silver', { gold: { requires: 'silver' } }, []],
    [
      'gold that requires a tier there is not',
      { gold: { requires: 'platinum' } },
      ['error requires_unknown tiers[3].requires'],
    ],
    [
      'gold that requires itself',
      { gold: { requires: 'gold' } },
      ['error requires_unknown tiers[3].requires'],
    ],
    [
      'a tier of the ladder that requires another',
      { silver: { requires: 'bronze' } },
      ['error requires_ladder tiers[2].requires'],
    ],
    [
      'gold that saves less than silver',
      { gold: benefits(0.96) },
      ['warning discounts tiers[3].benefits.discount'],
    ],
    ['gold that saves as much as silver', { gold: benefits(0.95) }, []],
    [
      'gold without a discount',
      { gold: benefits(null) },
      ['warning discounts tiers[3].benefits.discount'],
    ],
    ['a pale colour', { gold: { colour: '#ffd700' } }, ['warning pale tiers[3].colour']],
    [
      'a colour that is used twice',
      { gold: { colour: '#5F6F85' } },
      ['warning same_colour tiers[3].colour'],
    ],
  ])('says of %s what is the matter and where', (_what, parts, findings) => {
    expect(said(tiersWith(parts))).toEqual(findings)
  })

  it('says that a table needs a tier', () => {
    expect(said({ tiers: [] })).toEqual(['error no_tiers tiers'])
  })

  it('lets a tier be in which nobody is but those of whom a higher membership is over', () => {
    const ends = { afterDays: 90, when: 'at_once' as const }

    expect(
      said(tiersWith({ silver: { asks: { ...asks, spendFen: 100_000, orders: 10 }, ends } })),
    ).toEqual([])
  })

  it('says each thing in both languages', () => {
    const [finding] = lintTiers(tiersWith({ gold: benefits(0.96) }))

    expect(finding?.message).toEqual({
      'zh-CN': '「金」的折扣不如更低的「银」：等级越高应该越优惠。',
      en: '“Gold” saves less than “Silver” below it: discounts should grow with the tier.',
    })
  })

  it('leaves every tier of a table without errors somebody who is in it', () => {
    const figure = fc.integer({ min: 0, max: 3 })
    const rows = fc.array(
      fc.record({
        kind: fc.constantFrom('ladder' as const, 'special' as const),
        asks: fc.record({
          spendFen: figure,
          orders: figure,
          purchaseDays: figure,
          referrals: figure,
          points: figure,
        }),
      }),
      { maxLength: 4 },
    )
    const [lowest] = DEFAULT_TIER_TABLE.tiers
    let sound = 0
    fc.assert(
      fc.property(rows, (above) => {
        if (!lowest) return
        const table: TierTable = {
          tiers: [
            lowest,
            ...above.map((row, n) => ({
              ...lowest,
              ...row,
              code: `t${n}`,
              name: { 'zh-CN': `第${n}级`, en: `T${n}` },
            })),
          ],
        }
        if (lintTiers(table).some(({ severity }) => severity === 'error')) return
        sound += 1
        for (const { code, asks: just } of table.tiers) {
          const { tier } = tierOf(
            table,
            {
              spend365Fen: just.spendFen,
              orders365: just.orders,
              purchaseDays365: just.purchaseDays,
              referrals: just.referrals,
              points365: just.points,
            },
            '2026-11-22',
          )
          expect(tier).toBe(code)
        }
      }),
      { numRuns: 1000 },
    )
    expect(sound).toBeGreaterThan(50)
  })
})
