import { describe, expect, it } from 'vitest'
import { WecomError, actionFor } from '../../../bot/wecom/error-table.ts'

describe('the error table', () => {
  it.each([
    [-1, 'retry'],
    [40014, 'refresh'],
    [41051, 'done'],
    [41096, 'retry'],
    [41068, 'give_up'],
    [41077, 'give_up'],
    [45009, 'retry'],
    [60140, 'give_up'],
    [48006, 'alarm'],
    [123_456, 'give_up'],
  ])('says of %i: %s', (errcode, action) => {
    expect(actionFor(errcode)).toBe(action)
    expect(new WecomError({ errcode, path: '/cgi-bin/x' }).action).toBe(action)
  })

  it('says in words what to do', () => {
    const error = new WecomError({ errcode: 60020, path: '/cgi-bin/message/send' })

    expect(error.message).toBe(
      "WeCom /cgi-bin/message/send: 60020, add this server's address to 企业可信IP",
    )
    expect(error.retryAfterMs).toBe(600_000)
  })

  it('tells no answer from an answer', () => {
    const error = new WecomError({
      errcode: -1,
      path: '/cgi-bin/x',
      why: 'http_status',
      detail: '502',
    })

    expect(error).toMatchObject({ action: 'retry', why: 'http_status' })
    expect(error.message).toContain('502')
  })
})
