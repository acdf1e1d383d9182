import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../../bot/wecom/answer-shapes.ts'
import { WecomError } from '../../../bot/wecom/error-table.ts'

const GET = '/cgi-bin/externalcontact/get'
const PAGE = '/cgi-bin/externalcontact/batch/get_by_user'
const contact = { external_userid: 'wmone', name: '张晓雯', type: 1, gender: 2 }
const whole = {
  errcode: 0,
  errmsg: 'ok',
  external_contact: { ...contact, position: null, external_profile: { any: ['thing', 1] } },
  follow_user: [
    { userid: 'wang', createtime: 1_700_000_000, remark_mobiles: [], tags: [{ tag_id: 'et1' }] },
  ],
}

describe('an answer of WeCom', () => {
  it('is taken with fields nobody reads', () => {
    const { position: _, ...external_contact } = whole.external_contact

    expect(readAnswer(GET, whole)).toEqual({ ...whole, external_contact })
  })

  it('is taken from interfaces of which nothing is read', () => {
    expect(readAnswer('/cgi-bin/externalcontact/remark', { errcode: 0, x: null })).toEqual({
      errcode: 0,
      x: null,
    })
  })

  it('has no null, no NUL and no half character left', () => {
    const answer = readAnswer(GET, {
      external_contact: { ...contact, name: 'a\0b\uD83D', avatar: null },
      follow_user: null,
    })

    expect(answer).toEqual({ external_contact: { ...contact, name: 'ab\uFFFD' } })
  })

  it.each([
    ['a name that is a number', GET, { ...whole, external_contact: { ...contact, name: 7 } }],
    ['a customer without an id', GET, { ...whole, external_contact: { name: 'x' } }],
    ['no customer', GET, { errcode: 0 }],
    ['followers that are no list', GET, { ...whole, follow_user: 'wang' }],
    ['a time that is text', GET, { ...whole, follow_user: [{ userid: 'w', createtime: 'x' }] }],
    ['a time beyond all', GET, { ...whole, follow_user: [{ userid: 'w', createtime: 1e18 }] }],
    ['tags that are texts', GET, { ...whole, follow_user: [{ userid: 'w', tags: ['et1'] }] }],
    ['a cursor that is an object', GET, { ...whole, next_cursor: {} }],
    ['a page without followers', PAGE, { external_contact_list: [{ external_contact: contact }] }],
    [
      'guides that are numbers',
      '/cgi-bin/externalcontact/get_follow_user_list',
      { follow_user: [1] },
    ],
    ['a person without an id', '/cgi-bin/user/get', { name: '王' }],
    [
      'a group without tags’ ids',
      '/cgi-bin/externalcontact/get_corp_tag_list',
      {
        tag_group: [{ group_id: 'g', group_name: '组', tag: [{ name: 'x' }] }],
      },
    ],
    ['a sign-in that is a list', '/cgi-bin/auth/getuserinfo', { userid: ['wang'] }],
    ['a response code that is a number', '/cgi-bin/message/send', { response_code: 1 }],
  ])('with %s is no answer', (_what, path, answer) => {
    let thrown: unknown
    try {
      readAnswer(path, answer)
    } catch (error) {
      thrown = error
    }

    expect(thrown).toBeInstanceOf(WecomError)
    expect(thrown).toMatchObject({ why: 'bad_answer', path, action: 'retry' })
    expect(String(thrown)).not.toContain('张晓雯')
  })
})
