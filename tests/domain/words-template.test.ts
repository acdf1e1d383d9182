import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseVariant, type Variant } from '../../domain/choose-variant.ts'
import { exampleWords, lintWords } from '../../domain/lint-words.ts'
import { isClearlyAbove, wilson } from '../../domain/proportion.ts'
import { shippedVariants, wordsInForce, type SavedWords } from '../../domain/words-in-force.ts'
import { SITUATIONS, WORDS_KINDS } from '../../domain/words-situations.ts'
import { fillWords } from '../../domain/words-template.ts'
import { VARIABLES } from '../../domain/words-variables.ts'

const EVERY = WORDS_KINDS.flatMap((kind) =>
  SITUATIONS[kind].map((situation) => ({ kind, situation })),
)

describe('a variable without a value', () => {
  it.each([
    ['{称呼|您好}，欢迎', '您好，欢迎'],
    ['{称呼}，欢迎', '您，欢迎'],
    ['{门店}的{导购}', '店里的导购'],
    ['看看{常买|新到的}', '看看新到的'],
    ['新到的{常买|}来了', '新到的来了'],
  ])('%s reads %s', (text, filled) => {
    expect(fillWords(text, {})).toBe(filled)
  })

  it('without anything to stand for it makes no message', () => {
    expect(fillWords('{称呼}，{券名}快到期', { 称呼: '张女士' })).toBeNull()
    expect(fillWords('{常买}到了', { 常买: '  ' })).toBeNull()
  })

  it('of a long value is cut, no character broken', () => {
    expect(fillWords('{导购}', { 导购: 'Bartholomew' })).toBe('Barthol…')
  })
})

describe('the words that ship', () => {
  it.each(EVERY)('of $kind, $situation.code, have nothing a linter says', ({ kind, situation }) => {
    expect(lintWords(kind, situation.code, shippedVariants(kind, situation.code))).toEqual([])
  })

  it('leave neither braces nor gaps, whatever is known', () => {
    const names = Object.keys(VARIABLES)
    fc.assert(
      fc.property(
        fc.constantFrom(...EVERY),
        fc.dictionary(fc.constantFrom(...names), fc.option(fc.string({ unit: 'grapheme' }))),
        ({ kind, situation }, values) => {
          const [shipped] = shippedVariants(kind, situation.code)
          const filled = fillWords(shipped?.text ?? '', values)
          if (filled === null) {
            // only where a fact of the task itself is missing
            expect(situation.variables.some((name) => VARIABLES[name].fallback === null)).toBe(true)
          } else if (!Object.values(values).some((value) => /[{}|]/.test(value ?? ''))) {
            expect(filled).not.toMatch(/[{}|]/)
          }
        },
      ),
    )
  })
})

describe('the linter', () => {
  const one = (text: string, weight = 1): Variant => ({ code: 'A', text, weight })
  const codes = (variants: Variant[], kind: 'birthday' | 'welcome' = 'birthday') =>
    lintWords(kind, kind === 'welcome' ? 'store' : 'day', variants).map(
      ({ severity, code, path }) => [severity, code, path],
    )

  it.each([
    ['', [['error', 'empty', 'variants[0].text']]],
    ['  ', [['error', 'empty', 'variants[0].text']]],
    ['{称乎}好', [['error', 'unknown_variable', 'variants[0].text']]],
    ['{}好', [['error', 'unknown_variable', 'variants[0].text']]],
    ['{券名}好', [['error', 'variable_elsewhere', 'variants[0].text']]],
    ['{称呼好', [['error', 'brace', 'variants[0].text']]],
    ['{常买}到了', [['error', 'no_fallback', 'variants[0].text']]],
    ['{常买|新货}到了', []],
    ['{称呼|您好}，生日快乐', []],
    ['全网最低，快来', [['warning', 'promise', 'variants[0].text']]],
    ['好'.repeat(200), []],
    ['好'.repeat(201), [['warning', 'long', 'variants[0].text']]],
    ['好'.repeat(1333), [['warning', 'long', 'variants[0].text']]],
    ['好'.repeat(1334), [['error', 'too_long', 'variants[0].text']]],
    // 1 322 × 3 + 12 × 3 bytes of a name as long as it may be
    [`{称呼}${'好'.repeat(1322)}`, [['error', 'too_long', 'variants[0].text']]],
  ])('says of %s', (text, found) => {
    expect(codes([one(text)])).toEqual(found)
  })

  it('names the variable that was meant, and those there are', () => {
    const [finding] = lintWords('birthday', 'day', [one('{称乎}好')])

    expect(finding?.message['zh-CN']).toBe(
      '没有变量 {称乎}，是不是 {称呼}？可以用：{称呼} {导购} {门店} {等级} {常买} {生日}。',
    )
  })

  it('knows no customer’s name in a welcome', () => {
    expect(codes([one('{称呼}好')], 'welcome')).toEqual([
      ['error', 'variable_elsewhere', 'variants[0].text'],
    ])
  })

  it('looks at variants together', () => {
    expect(codes([])).toEqual([['error', 'variants', 'variants']])
    expect(
      codes(Array.from({ length: 6 }, (_, i) => ({ ...one(`好${i}`), code: String(i) }))),
    ).toEqual([['error', 'variants', 'variants']])
    expect(codes([one('好', 0)])).toEqual([['error', 'no_weight', 'variants[0].weight']])
    expect(codes([one('好', 0), { ...one('您好'), code: 'B' }])).toEqual([])
    expect(codes([one('好'), { ...one(' 好 '), code: 'B' }])).toEqual([
      ['error', 'same_text', 'variants[1].text'],
    ])
    expect(codes([one('好'), one('您好')])).toEqual([['error', 'same_code', 'variants[1].code']])
  })

  it('lets nothing through that would leave a brace in a message', () => {
    const part = fc.oneof(
      fc.constantFrom('{称呼}', '{常买|茶}', '{生日}', '{', '}', '{券名}', '{|}', '|'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('')
        const refused = lintWords('birthday', 'day', [one(text)]).some(
          ({ severity }) => severity === 'error',
        )
        if (!refused) expect(exampleWords(text)).not.toMatch(/[{}]/)
      }),
    )
  })
})

describe('the variant of a customer', () => {
  const variants = (...weights: number[]): Variant[] =>
    weights.map((weight, at) => ({ code: 'ABCDE'.charAt(at), text: `${at}`, weight }))
  const customers = Array.from({ length: 4000 }, (_, i) => String(i + 1))
  const seen = (of: Variant[], template = 't') =>
    customers.map((id) => chooseVariant(of, template, id).code)
  const share = (codes: string[], code: string) =>
    codes.filter((one) => one === code).length / codes.length

  it('is always the same', () => {
    expect(seen(variants(1, 1))).toEqual(seen(variants(1, 1)))
  })

  it('comes by its weight', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 5 }),
        fc.string(),
        (weights, template) => {
          const sum = weights.reduce((a, b) => a + b, 0)
          fc.pre(sum > 0)
          const codes = seen(variants(...weights), template)
          for (const { code, weight } of variants(...weights)) {
            if (weight === 0) expect(codes).not.toContain(code)
            // five standard deviations of 4000 customers
            else expect(Math.abs(share(codes, code) - weight / sum)).toBeLessThan(0.04)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('moves to a new one only, whatever weight it has', () => {
    const before = seen(variants(1, 2))
    const after = seen(variants(1, 2, 3))

    for (const [at, code] of after.entries()) if (code !== 'C') expect(code).toBe(before[at])
    expect(Math.abs(share(after, 'C') - 0.5)).toBeLessThan(0.04)
  })

  it('is chosen anew by another template', () => {
    const [a, b] = [seen(variants(1, 1), 'one'), seen(variants(1, 1), 'two')]
    const both = a.filter((code, at) => code === b[at]).length / a.length

    expect(Math.abs(both - 0.5)).toBeLessThan(0.04)
  })
})

describe('whose words hold', () => {
  const saved = (code: string, over: Partial<SavedWords> = {}): SavedWords => ({
    code,
    situation: 'day',
    ofStore: false,
    enabled: true,
    variants: [{ code: 'A', text: code, weight: 1 }],
    ...over,
  })
  const holds = (...of: SavedWords[]) => wordsInForce('birthday', 'day', of).code

  it('the store’s before the chain’s, the added before the default, what ships where nothing is saved', () => {
    const own = saved('birthday.day')
    const added = saved('x')
    const store = saved('y', { ofStore: true })

    expect(holds(own, added, store)).toBe('y')
    expect(holds(own, added)).toBe('x')
    expect(holds(own)).toBe('birthday.day')
    expect(wordsInForce('birthday', 'day', [])).toEqual({
      code: 'birthday.day',
      variants: shippedVariants('birthday', 'day'),
    })
  })

  it('never those that are off, or of another situation', () => {
    expect(holds(saved('x', { enabled: false }), saved('y', { situation: 'before' }))).toBe(
      'birthday.day',
    )
  })
})

describe('a share with its interval', () => {
  // by Wilson (1927), as printed by any statistics program
  it.each([
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [8, 40, 0.105, 0.3476],
    [500, 1000, 0.4691, 0.5309],
  ])('%i of %i lies between %f and %f', (hits, of, low, high) => {
    const found = wilson(hits, of)

    expect(found?.low).toBeCloseTo(low, 4)
    expect(found?.high).toBeCloseTo(high, 4)
  })

  it('of nothing is none', () => {
    expect(wilson(0, 0)).toBeNull()
  })

  it('holds the share itself and stays within 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (hits, more) => {
        const of = hits + more
        fc.pre(of > 0)
        const { low, high } = wilson(hits, of) ?? { low: 1, high: 0 }
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low - 1e-12).toBeLessThanOrEqual(hits / of)
        expect(high + 1e-12).toBeGreaterThanOrEqual(hits / of)
      }),
    )
  })

  it.each([
    [{ hits: 40, of: 100 }, { hits: 20, of: 100 }, true],
    [{ hits: 4, of: 10 }, { hits: 2, of: 10 }, false],
    [{ hits: 20, of: 100 }, { hits: 40, of: 100 }, false],
    [{ hits: 1, of: 1 }, { hits: 0, of: 0 }, false],
  ])('%o is above %o beyond chance: %s', (a, b, clear) => {
    expect(isClearlyAbove(a, b)).toBe(clear)
  })

  it('is never above and below at once', () => {
    const tally = fc
      .tuple(fc.nat(200), fc.nat(200))
      .map(([hits, more]) => ({ hits, of: hits + more }))
    fc.assert(
      fc.property(tally, tally, (a, b) => {
        expect(isClearlyAbove(a, b) && isClearlyAbove(b, a)).toBe(false)
      }),
    )
  })
})
