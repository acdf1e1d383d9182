import { beforeEach, describe, expect, it } from 'vitest'
import {
  createSubscriberCalls,
  type SubscriberCalls,
} from '../../../bot/messages/subscriber-calls.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

let now: number
let calls: SubscriberCalls

beforeEach(() => {
  now = 0
  calls = createSubscriberCalls(() => now)
})

const begin = (id: string) => {
  const end = calls.begin(id)
  if (!end) throw new Error('may not begin')
  return end
}
const call = (id: string, answered: boolean) => begin(id)({ answered })

describe('a subscriber of events', () => {
  it('gets two calls at a time, and others get theirs', () => {
    const ends = [begin('1'), begin('1')]

    expect([calls.resting(), calls.begin('1'), calls.begin('2') === null]).toEqual([
      ['webhook-1'],
      null,
      false,
    ])
    ends[0]?.({ answered: true })
    expect(calls.resting()).toEqual([])
  })

  it('who does not answer twice in a row rests for half a minute, then is asked with one call', () => {
    call('1', false)
    expect(calls.resting()).toEqual([])
    call('1', false)

    now = 30 * SECOND - 1
    expect([calls.resting(), calls.begin('1')]).toEqual([['webhook-1'], null])
    now = 30 * SECOND
    expect(calls.resting()).toEqual([])
    begin('1')
    expect([calls.resting(), calls.begin('1')]).toEqual([['webhook-1'], null])
  })

  it.each([
    [3, 1 * MINUTE],
    [4, 2 * MINUTE],
    [6, 8 * MINUTE],
    [7, 10 * MINUTE],
    [2_000, 10 * MINUTE],
  ])('rests after %i silent calls for %i ms', (silent, rest) => {
    for (let i = 0; i < silent; i++) {
      now += 10 * MINUTE
      call('1', false)
    }
    const last = now

    now = last + rest - 1
    expect(calls.resting()).toEqual(['webhook-1'])
    now = last + rest
    expect(calls.resting()).toEqual([])
  })

  it('is as good as new once it answers', () => {
    call('1', false)
    call('1', false)
    now = 30 * SECOND
    call('1', true)
    call('1', false)

    expect(calls.resting()).toEqual([])
  })
})
