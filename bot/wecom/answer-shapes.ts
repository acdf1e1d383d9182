import { Type, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { WecomError } from './error-table.ts'

/** What is read of WeCom's answers, by path (wecom-protocol 3.1–3.5, 3.3). Fields we don't use may be anything. */

const id = Type.String({ minLength: 1, maxLength: 256 })
const text = Type.Optional(Type.String({ maxLength: 10_000 }))
const small = Type.Optional(Type.Integer({ minimum: -32_768, maximum: 32_767 }))
/** seconds since the epoch, up to the year 9999 */
const seconds = Type.Optional(Type.Integer({ minimum: 0, maximum: 253_402_300_799 }))
const order = Type.Optional(Type.Integer({ minimum: -2_147_483_648, maximum: 4_294_967_295 }))
const list = <S extends TSchema>(item: S) => Type.Optional(Type.Array(item))

const contact = Type.Object({
  external_userid: id,
  name: text,
  avatar: text,
  type: small,
  gender: small,
  unionid: Type.Optional(Type.String({ maxLength: 256 })),
})
const follow = {
  userid: id,
  remark: text,
  description: text,
  createtime: seconds,
  remark_mobiles: list(Type.String({ maxLength: 256 })),
  add_way: small,
  state: text,
}
const cursor = Type.Optional(Type.String({ maxLength: 10_000 }))
const tagGroup = Type.Object({
  group_id: id,
  group_name: Type.String({ maxLength: 10_000 }),
  order,
  deleted: Type.Optional(Type.Boolean()),
  tag: list(
    Type.Object({
      id,
      name: Type.String({ maxLength: 10_000 }),
      order,
      deleted: Type.Optional(Type.Boolean()),
    }),
  ),
})

const SHAPES: Readonly<Record<string, TSchema>> = {
  '/cgi-bin/user/get': Type.Object({ userid: id, name: text, status: small }),
  '/cgi-bin/auth/getuserinfo': Type.Object({ userid: text, UserId: text }),
  '/cgi-bin/externalcontact/get_follow_user_list': Type.Object({ follow_user: list(id) }),
  '/cgi-bin/externalcontact/list': Type.Object({ external_userid: list(id) }),
  '/cgi-bin/externalcontact/get': Type.Object({
    external_contact: contact,
    follow_user: list(
      Type.Object({
        ...follow,
        tags: list(Type.Object({ tag_id: text, type: small })),
      }),
    ),
    next_cursor: cursor,
  }),
  '/cgi-bin/externalcontact/batch/get_by_user': Type.Object({
    external_contact_list: list(
      Type.Object({
        external_contact: contact,
        follow_info: Type.Object({ ...follow, tag_id: list(Type.String({ maxLength: 256 })) }),
      }),
    ),
    next_cursor: cursor,
  }),
  '/cgi-bin/externalcontact/get_corp_tag_list': Type.Object({ tag_group: list(tagGroup) }),
  '/cgi-bin/externalcontact/add_corp_tag': Type.Object({ tag_group: Type.Optional(tagGroup) }),
  '/cgi-bin/message/send': Type.Object({ invaliduser: text, msgid: text, response_code: text }),
}

const checks = new Map(Object.entries(SHAPES).map(([path, shape]) => [path, Compile(shape)]))

/**
 * An answer that succeeded, fit to be worked with: null fields are absent, texts hold nothing that no database can
 * store, and what we read has the type that WeCom's page promises.
 *
 * @throws WecomError `bad_answer`, naming the field and never its value
 */
export function readAnswer(path: string, answer: Record<string, unknown>): Record<string, unknown> {
  const check = checks.get(path)
  if (!check) return answer
  const clean = withoutUnstorable(answer)
  // an object stays one
  if (check.Check(clean)) return clean as Record<string, unknown>
  const [first] = check.Errors(clean)
  throw new WecomError({
    errcode: -1,
    path,
    why: 'bad_answer',
    detail: `${first?.instancePath || '/'} ${first?.message ?? 'is of another type'}`,
  })
}

function withoutUnstorable(value: unknown): unknown {
  if (typeof value === 'string') {
    return (value.includes('\0') ? value.replaceAll('\0', '') : value).toWellFormed()
  }
  if (Array.isArray(value)) {
    return value.filter((one) => one !== null).map(withoutUnstorable)
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === null ? [] : [[name, withoutUnstorable(inner)]],
    ),
  )
}
