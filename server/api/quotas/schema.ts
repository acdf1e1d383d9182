import { Type, type Static } from 'typebox'
import { Moment, nullable } from '../shapes.ts'

/** Calls of one bucket in one sliding window. */
const Quota = Type.Object({
  /** the interface's path, or the member's userid */
  bucket: Type.String(),
  name: nullable(Type.String({ description: 'the member’s name' })),
  seconds: Type.Integer({ description: 'length of the window' }),
  used: Type.Integer(),
  limit: Type.Integer(),
})

export const Quotas = Type.Object({
  /**
   * App messages of today: WeCom lets an app send a company’s account limit × 200 a day. That limit is not told by any
   * API; the members who are at work are never more than it, so that `limit` is the least it can be.
   */
  messagesToday: Type.Object({
    used: Type.Integer(),
    limit: Type.Integer(),
    members: Type.Integer(),
  }),
  endpoints: Type.Array(Quota),
  members: Type.Array(Quota),
  /** interfaces that WeCom said are used up: no call before this */
  blocks: Type.Array(Type.Object({ bucket: Type.String(), until: Moment })),
})
export type Quotas = Static<typeof Quotas>
