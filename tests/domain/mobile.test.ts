import { describe, expect, it } from 'vitest'
import { normaliseMobile } from '../../domain/mobile.ts'

describe('normaliseMobile', () => {
  it.each([
    '13800000001',
    '138 0000 0001',
    '138-0000-0001',
    '+8613800000001',
    '+86 138 0000 0001',
    '008613800000001',
    '8613800000001',
    '１３８００００００01',
    '(+86) 138.0000.0001',
  ])('writes %s as 13800000001', (written) => {
    expect(normaliseMobile(written)).toBe('13800000001')
  })

  it.each([
    ['+852 5123 4567', '+85251234567'],
    ['00852 5123 4567', '+85251234567'],
    ['021-62345678', '02162345678'],
  ])('writes %s as %s', (written, normal) => {
    expect(normaliseMobile(written)).toBe(normal)
  })

  it.each(['', '12345', 'call me', '1380000000x', '138000000011380000000'])(
    'takes %j for no number',
    (written) => {
      expect(normaliseMobile(written)).toBeNull()
    },
  )
})
