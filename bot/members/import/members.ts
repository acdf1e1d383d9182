import { Type } from 'typebox'
import { normaliseMobile } from '../../../domain/mobile.ts'
import { birthdayProblem, readBirthday } from './birthday-field.ts'
import {
  badMoment,
  flag,
  given,
  item,
  moment,
  oneOf,
  optional,
  same,
  text,
  toIso,
  tooFarAhead,
} from './fields.ts'
import { adoptWecomCustomers, joinImportedMembers } from './join-imported.ts'
import type { ImportSlice } from './slice.ts'

const MOST_ATTRIBUTES = 8_000
const MOBILE_REMEDY = 'a mobile number, such as 13800000001 or +85251234567'

/** A member of the chain's loyalty programme as its systems send them. */
export const Member = item({
  memberNo: text(64, "the member's number, a string"),
  name: optional(text(100, "the member's name")),
  mobile: optional(text(32, MOBILE_REMEDY)),
  unionid: optional(text(64, 'a WeChat unionid')),
  externalUserId: optional(text(64, "the customer's external_userid in WeCom")),
  gender: optional(oneOf(['male', 'female'])),
  birthday: optional(
    Type.String({
      pattern: '^(\\d{4}-)?\\d{2}-\\d{2}$',
      description: 'a day such as 1990-05-20, or 05-20 without the year',
    }),
  ),
  lunarBirthday: optional(flag('whether birthday is in the Chinese calendar')),
  joinedAt: moment(),
  storeNo: optional(text(64, "the store's number, a string")),
  guideUserid: optional(text(64, "the assigned guide's userid")),
  referrerMemberNo: optional(text(64, 'the member number of who brought them')),
  source: optional(text(100, 'where the member came from')),
  attributes: optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: `an object of your own fields, at most ${MOST_ATTRIBUTES} characters of JSON`,
    }),
  ),
})

export const members: ImportSlice<typeof Member> = {
  schema: Member,
  keyField: 'memberNo',
  keyOf: (member) => member.memberNo,
  check: (member, now) => {
    const bad = badMoment(member, ['joinedAt']) ?? tooFarAhead(member.joinedAt, 'joinedAt', now)
    if (bad) return bad
    if (typeof member.mobile === 'string' && normaliseMobile(member.mobile) === null) {
      return { field: 'mobile', remedy: `${MOBILE_REMEDY}; or null` }
    }
    if (member.attributes && JSON.stringify(member.attributes).length > MOST_ATTRIBUTES) {
      return { field: 'attributes', remedy: `at most ${MOST_ATTRIBUTES} characters of JSON` }
    }
    return member.birthday
      ? birthdayProblem(member.birthday, member.lunarBirthday ?? false, now)
      : undefined
  },
  locksMembers: 'exclusive',
  table: {
    name: 'customer',
    key: 'member_no',
    stamped: true,
    columns: [
      { name: 'name', type: 'text' },
      { name: 'mobile_hash', type: 'text', read: "decode(r.mobile_hash, 'hex')" },
      {
        name: 'mobile_enc',
        type: 'text',
        read: "decode(r.mobile_enc, 'hex')",
        follows: 'mobile_hash',
      },
      { name: 'unionid', type: 'text' },
      { name: 'gender', type: 'gender' },
      { name: 'birth_year', type: 'smallint' },
      { name: 'birthday_md', type: 'smallint' },
      { name: 'birthday_lunar', type: 'boolean', empty: 'false' },
      { name: 'joined_at', type: 'timestamptz(3)' },
      { name: 'store_no', type: 'text' },
      { name: 'guide_userid', type: 'text' },
      { name: 'referrer_member_no', type: 'text' },
      { name: 'source', type: 'text' },
      { name: 'attributes', type: 'jsonb', empty: "'{}'::jsonb" },
    ],
  },
  toRow: (member, { cipher }) => {
    const mobile =
      typeof member.mobile === 'string' ? normaliseMobile(member.mobile) : member.mobile
    return {
      member_no: member.memberNo,
      joined_at: toIso(member.joinedAt),
      ...given('name', member.name, same),
      ...given('mobile_hash', mobile, (text) => hex(cipher.blindIndex(text))),
      ...given('mobile_enc', mobile, (text) => hex(cipher.encrypt(text))),
      ...given('unionid', member.unionid, same),
      ...given('gender', member.gender, same),
      ...given('birth_year', member.birthday, (text) => readBirthday(text).year),
      ...given('birthday_md', member.birthday, (text) => readBirthday(text).monthDay),
      ...given('birthday_lunar', member.lunarBirthday, same),
      ...given('store_no', member.storeNo, same),
      ...given('guide_userid', member.guideUserid, same),
      ...given('referrer_member_no', member.referrerMemberNo, same),
      ...given('source', member.source, same),
      ...given('attributes', member.attributes, same),
    }
  },
  before: adoptWecomCustomers,
  after: joinImportedMembers,
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
