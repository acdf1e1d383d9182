import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import {
  afterQuiet,
  checkContactLimits,
  CONTACT_LIMITS,
  decideContact,
  type ContactFacts,
} from '../../domain/contact-limits.ts'

const zone = 'Asia/Shanghai'
const now = new Date('2026-11-22T10:00:00+08:00')
const facts = (parts: Partial<ContactFacts> = {}): ContactFacts => ({
  consent: 'one_to_one',
  hasRelation: true,
  touches: [],
  ...parts,
})
const touched = (...times: string[]) =>
  facts({ touches: times.map((at) => ({ at: new Date(`${at}+08:00`), byOther: false })) })

describe('decideContact', () => {
  it('lets a guide write who may', () => {
    expect(decideContact(facts(), now, { limits: CONTACT_LIMITS, zone })).toEqual({ ok: true })
  })

  it.each([
    ['without consent', facts({ consent: 'none' }), 'no_consent', null],
    ['without a relation', facts({ hasRelation: false }), 'no_relation', null],
    ['twice a day', touched('2026-11-22T09:30'), 'customer_day', '2026-11-23T09:00'],
    [
      'four times in seven days',
      touched('2026-11-16T12:00', '2026-11-18T12:00', '2026-11-20T12:00'),
      'customer_week',
      '2026-11-23T09:00',
    ],
    [
      'when another guide did within 48 hours',
      facts({ touches: [{ at: new Date('2026-11-20T11:00:00+08:00'), byOther: true }] }),
      'other_guide',
      '2026-11-22T11:00',
    ],
  ] as const)('refuses %s', (_name, given, why, until) => {
    expect(decideContact(given, now, { limits: CONTACT_LIMITS, zone })).toEqual({
      ok: false,
      why,
      until: until && new Date(`${until}:00+08:00`),
    })
  })

  it('refuses the ninth touch in thirty days until the eighth newest is thirty days old', () => {
    const times = [29, 26, 23, 20, 17, 14, 11, 8].map((ago) =>
      DateTime.fromJSDate(now, { zone }).minus({ days: ago }).toFormat("yyyy-MM-dd'T'HH:mm"),
    )

    expect(decideContact(touched(...times), now, { limits: CONTACT_LIMITS, zone })).toEqual({
      ok: false,
      why: 'customer_month',
      until: new Date('2026-11-23T09:00:00+08:00'),
    })
  })

  it.each([
    ['20:59', true],
    ['21:00', false],
    ['08:59', false],
    ['09:00', true],
  ])('at %s may write: %s', (time, ok) => {
    expect(
      decideContact(facts(), new Date(`2026-11-22T${time}:00+08:00`), {
        limits: CONTACT_LIMITS,
        zone,
      }).ok,
    ).toBe(ok)
  })

  const anyFacts = fc.record({
    consent: fc.constantFrom('all' as const, 'one_to_one' as const),
    hasRelation: fc.constant(true),
    touches: fc.array(
      fc.record({
        at: fc
          .integer({ min: 1, max: 31 * 24 * 60 })
          .map((m) => new Date(now.getTime() - m * 60_000)),
        byOther: fc.boolean(),
      }),
      { maxLength: 12 },
    ),
  })

  it('never sends anybody into quiet hours', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const decision = decideContact(given, now, { limits: CONTACT_LIMITS, zone })
        if (decision.ok || !decision.until) return
        expect(afterQuiet(decision.until, { limits: CONTACT_LIMITS, zone })).toEqual(decision.until)
      }),
    )
  })

  it('allows at the time it names, when nothing else happens', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const decision = decideContact(given, now, { limits: CONTACT_LIMITS, zone })
        if (decision.ok) return
        expect(
          decideContact(given, decision.until ?? now, { limits: CONTACT_LIMITS, zone }),
        ).toEqual({ ok: true })
      }),
    )
  })
})

describe('limits that a chain sets', () => {
  it('hold as they stand: more a day, other quiet hours, no pause between guides', () => {
    const limits = {
      ...CONTACT_LIMITS,
      touchesDay: 2,
      otherGuideHours: 0,
      quietFromHour: 20,
      quietUntilHour: 10,
    }
    const once = facts({ touches: [{ at: new Date('2026-11-22T09:30:00+08:00'), byOther: true }] })
    const at = (time: string) =>
      decideContact(once, new Date(`2026-11-22T${time}:00+08:00`), { limits, zone })

    expect(at('10:00')).toEqual({ ok: true })
    expect(at('09:59')).toMatchObject({ why: 'quiet_hours' })
    expect(at('20:00')).toMatchObject({
      why: 'quiet_hours',
      until: new Date('2026-11-23T10:00:00+08:00'),
    })
  })

  it('of the product can be used', () => {
    expect(checkContactLimits({ ...CONTACT_LIMITS })).toEqual([])
  })

  it.each([
    [{ touchesDay: 0 }, ['touchesDay']],
    [{ touchesDay: 4, quietFromHour: 23 }, ['touchesDay', 'quietFromHour']],
    [{ tasksDay: 1.5 }, ['tasksDay']],
    [{ tasksDay: '20' }, ['tasksDay']],
    [{ otherGuideHours: undefined }, ['otherGuideHours']],
    [{ emails: 1 }, ['emails']],
    [{ touchesDay: 3, touchesWeek: 2 }, ['touchesWeek']],
    [{ touchesWeek: 7, touchesMonth: 6 }, ['touchesMonth']],
  ])('are refused where they can’t be meant: %j', (change, fields) => {
    const problems = checkContactLimits({ ...CONTACT_LIMITS, ...change })

    expect(problems.map(({ field }) => field)).toEqual(fields)
  })
})
