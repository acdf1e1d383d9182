import { Type, type Static } from 'typebox'
import { Cursor, Day, Id, Moment, nullable, oneOf, page } from '../shapes.ts'

/** Who did what, when, about what. */
export const AuditLine = Type.Object({
  id: Id,
  at: Moment,
  /** userid, or `operator` for who runs a command on the server */
  actor: Type.String(),
  actorName: nullable(Type.String()),
  action: Type.String(),
  actionText: Type.String(),
  /** what it is about, as it was written: customer:12, tag:3, a name */
  subject: Type.String(),
  subjectName: nullable(Type.String({ description: 'its name today' })),
  note: nullable(Type.String({ description: 'version, old and new name, how many' })),
})
export type AuditLine = Static<typeof AuditLine>

export const AuditPage = page(AuditLine)
export type AuditPage = Static<typeof AuditPage>

export const AuditQuery = Type.Object(
  {
    actor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'userid, or the whole name' }),
    ),
    action: Type.Optional(Type.String({ pattern: '^[a-z_.]{1,64}$' })),
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    cursor: Type.Optional(Cursor),
    format: Type.Optional(oneOf(['json', 'csv'])),
  },
  { additionalProperties: false },
)
export type AuditQuery = Static<typeof AuditQuery>
